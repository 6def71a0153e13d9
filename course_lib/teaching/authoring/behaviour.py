"""The conventions of a lesson that running its code decides, as rules.

What a cell teaches is what the library does; stubs stop nothing, solutions pass.
"""

import ast
import importlib
import inspect
import re
import textwrap

import torch

from course_lib import checks
from course_lib.teaching import lessons

# What a lesson leaves out of the library's code.
CHECK = re.compile(r"(\w+\.)*(_check|check_)\w*\(")
LESS = "copy it anew, less annotations, docstrings and calls of check_… or _check…"
ROLES = ["prompt", "attempt", "solution"]


def taught(path, cells):
    """What a cell teaches is what the library does."""
    for cell in cells:
        for tag in cell["metadata"].get("tags", []):
            found = re.fullmatch(r"(?:teaches|answers):(.+)", tag)
            if not found:
                yield cell, f"the tag {tag!r} is not known; wanted teaches:module.name"
                continue
            module, *names = found[1].split(".")
            try:
                thing = importlib.import_module(f"course_lib.{module}")
                for name in names:
                    thing = getattr(thing, name)
            except (ImportError, AttributeError):
                yield cell, f"{tag}: there is no such thing in course_lib"
                continue
            if _plain(cell["source"]) != _plain(inspect.getsource(thing)):
                yield cell, f"{tag}: the code differs from course_lib's; {LESS}"


def _plain(source):
    """Return code without annotations, docstrings, and calls of check_… and _check….

    A check that is written out, as an `if` that raises, stays: it is code to teach.
    """
    tree = ast.parse(textwrap.dedent(source))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            node.body = [part for part in node.body if not _silent(part)]
        if isinstance(node, ast.FunctionDef):
            node.returns = None
        if isinstance(node, ast.arg):
            node.annotation = None
    return ast.unparse(tree)


def _silent(statement):
    if not isinstance(statement, ast.Expr):
        return False
    text = ast.unparse(statement.value)
    return isinstance(statement.value, ast.Constant) or bool(CHECK.match(text))


def exercises(path, cells):
    """Three exercises at least: prompt, attempt, and a solution that passes."""
    found = {}
    for cell in cells:
        if course := cell["metadata"].get("course"):
            name = course.get("exercise")
            found.setdefault(name, []).append((course.get("role"), cell))
    least = 1 if path.name.startswith("00") else 3
    if len(found) < least:
        yield None, f"{len(found)} exercises, wanted {least}"
    for name, parts in found.items():
        first, roles = parts[0][1], [role for role, _ in parts]
        if roles != ROLES:
            yield first, f"{name}: wanted a prompt, an attempt and a solution, in order"
        elif name not in checks.EXERCISES:
            yield (
                first,
                f"{name}: no Exercise of that name in course_lib/checks/exercises",
            )
        else:
            yield from _exercise(name, *(cell for _, cell in parts))


def _exercise(name, prompt, attempt, solution):
    if not prompt["source"].startswith("### Exercise "):
        yield prompt, "begin it with ### Exercise N · Title"
    if "<details><summary>Hint" not in prompt["source"]:
        yield prompt, "fold a hint into it: <details><summary>Hint</summary> …"
    start = "<details><summary>Solution</summary>\n\n"
    code = lessons.fenced_code(solution["source"])
    if not solution["source"].startswith(start) or len(code) != 1:
        yield solution, "wanted one ```python block, folded in <details> as Solution"
        return
    try:
        stub, call, _ = lessons.split(attempt["source"])
        verdict = _run(f"{stub}\n{call}")
    except Exception as error:
        yield attempt, f"the stub stops: {type(error).__name__}: {error}"
        return
    if "not attempted yet" not in verdict.message:
        yield attempt, "an untouched stub must return ... and nothing else"
    if call.split("(")[0] != f"checks.{name.replace('-', '_')}":
        yield attempt, f"it calls {call.split('(')[0]}, but belongs to {name}"
    try:
        verdict = _run(f"{code[0]}\n{call}")
    except Exception as error:
        yield solution, f"the solution stops: {type(error).__name__}: {error}"
        return
    if not verdict.passed:
        yield solution, f"the solution does not pass its check: {verdict.message}"


def _run(source):
    """Run a cell as a notebook does and return the value of its last line."""
    tree = ast.parse(source)
    last = ast.Expression(tree.body.pop().value)
    names = {"checks": checks, "torch": torch}
    exec(compile(tree, "cell", "exec"), names)
    return eval(compile(last, "cell", "eval"), names)
