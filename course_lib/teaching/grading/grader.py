"""Grade a notebook that was handed in: each exercise alone, in a process with limits.

A process of its own defines what the notebook defines and lets the exercise's function
answer fresh inputs; this one compares. So a function can spoil no grade but its own.

What counts as a definition: imports, functions, classes, and assignments that call
nothing; in the cell of the answer, all assignments. What else a notebook does, such as
training or printing, is left out: a grade does not wait for it.
"""

import ast
import json
import linecache
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch
from IPython.core.inputtransformer2 import TransformerManager

from course_lib import checks
from course_lib.checks.engine import Answers
from course_lib.checks.messages import Measured

SECONDS = 60  # for one exercise, the start of its process included
PRINTED = 100_000  # bytes that it may print
MEMORY = 8_000_000_000  # bytes of addresses: torch alone takes 3 to 4 of them
WRITTEN = 50_000_000  # bytes a file
TOLD = 2000  # characters of a message
KEPT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR", "TEMP")
DEFINES = ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef


def grade(cells, exercise, function, *, seconds=SECONDS, seed=None):
    """Return the Verdict on a notebook's function, tried on fresh inputs.

    cells: the sources of its code cells, in order, the cell of the answer last.
    exercise, function: their names. seconds: after these it is stopped. seed: of the
    inputs, None for a fresh one.

    Raises ValueError if there is no such exercise.
    """
    if exercise not in checks.EXERCISES:
        raise ValueError(f"exercise: there is none of the name {exercise!r}")
    seed = secrets.randbelow(2**31) if seed is None else seed
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        (Path(folder) / "cells.json").write_text(json.dumps(cells), encoding="utf-8")
        command = [sys.executable, "-m", __name__, exercise, function, str(seed)]
        why = _watched(command, folder, seconds)
        answers = _received(Path(folder) / "answers.pt")
    if not why and answers is None:
        why = "It ended its process, by exit() or a crash, and gave no answer."
    if why:
        answers = Answers(stopped=why)
    try:
        verdict = checks.EXERCISES[exercise].judge(answers, seed)
    except Exception as error:  # what it left is no answer to these inputs
        verdict = checks.Verdict(False, f"Its answer cannot be compared: {error}")
    note = f"{str(verdict.message)[:TOLD]}\nIts inputs were those of seed={seed}."
    return checks.Verdict(verdict.passed, note, verdict.mistake)


def _watched(command, folder, seconds):
    """Run a command in a folder; return None, or why it was stopped."""
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
    environment |= {"PYTHONPATH": str(Path(__file__).resolve().parents[3])}
    # One thread: as many answers run at once as there are cores.
    environment |= {"OMP_NUM_THREADS": "1", "HOME": folder}
    end, why = time.monotonic() + seconds, None
    # A file, not a pipe, which a process that was left behind could hold open.
    with (Path(folder) / "printed").open("wb") as printed:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        size = 0
        try:
            while process.poll() is None and size <= PRINTED and time.monotonic() < end:
                time.sleep(0.05)
                size = os.fstat(printed.fileno()).st_size
            if process.poll() is None:
                why = f"It did not finish within {seconds} seconds: an endless loop?"
        finally:  # at Ctrl-C too
            _kill(process)  # and what it may have left running
            process.wait()
        if os.fstat(printed.fileno()).st_size > PRINTED:
            why = f"It printed more than {PRINTED:,} bytes. Return, do not print."
    return why


def _kill(process):
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except AttributeError:  # Windows
        process.kill()
    except (ProcessLookupError, PermissionError):
        pass


def _received(path):
    """Return the Answers that a process left; None if it left none."""
    try:
        # Only tensors and plain values: nothing in the file can run here.
        return Answers(*_restored(torch.load(path, weights_only=True)))
    except Exception:
        return None


def _restored(value):
    """Return what `_plain` was made of."""
    if isinstance(value, list):
        return [_restored(part) for part in value]
    return Measured(**value) if isinstance(value, dict) else value


def _plain(value):
    """Return an answer as torch.load gives it back: tensors and plain values."""
    if isinstance(value, Measured):
        return {name: _plain(part) for name, part in vars(value).items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if value is None or isinstance(value, str | bool | int | float):
        return value
    try:
        return torch.as_tensor(value).detach().cpu().clone()
    except (TypeError, ValueError, RuntimeError):
        return f"{value!r:.200} ({type(value).__name__})"


def _limit():
    """Set this process's limits, where the system knows such."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for kind, limit in (("AS", MEMORY), ("FSIZE", WRITTEN), ("CORE", 0)):
        resource.setrlimit(getattr(resource, f"RLIMIT_{kind}"), (limit, limit))


def _answer(exercise, function, seed):
    """Let a function answer, in a process of its own: what `grade` runs."""
    _limit()
    cells = json.loads(Path("cells.json").read_text(encoding="utf-8"))
    names, failed = _defined(cells)
    if callable(names.get(function)):
        answers = checks.EXERCISES[exercise].answers(names[function], int(seed))
    else:
        why = f"\nWhat stopped: {failed[-1]}" if failed else ""
        answers = Answers(stopped=f"It defines no function {function}.{why}")
    torch.save(_plain(list(vars(answers).values())), "answers.pt")


def _defined(cells):
    """Return what cells define, and what failed on the way, as text.

    A definition that fails is left out: it may have wanted what only a full run makes.
    """
    names, failed = {"__name__": "answer"}, []
    for number, cell in enumerate(cells, 1):
        place = f"cell {number}"
        try:
            source = TransformerManager().transform_cell(cell)
            tree = ast.parse(source)
        except SyntaxError as error:
            failed.append(f"line {error.lineno} is no Python: {error.msg}")
            continue
        linecache.cache[place] = len(source), None, source.splitlines(True), place
        for node in tree.body:
            if _defines(node, answer=number == len(cells)):
                try:
                    exec(compile(ast.Module([node], []), place, "exec"), names)
                except (Exception, SystemExit) as error:
                    line = f"line {node.lineno}: {type(error).__name__}: {error}"
                    failed.append(line)
    return names, failed


def _defines(node, *, answer):
    if isinstance(node, ast.Assign | ast.AnnAssign):
        value = node.value
        inside = [] if isinstance(value, ast.Lambda) or not value else ast.walk(value)
        return answer or not any(isinstance(part, ast.Call) for part in inside)
    return isinstance(node, DEFINES)


if __name__ == "__main__":
    _answer(*sys.argv[1:])
