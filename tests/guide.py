"""Read docs/INSTRUCTORS.md for the tests, and build what its examples describe."""

import os
import re
import shutil
import subprocess
import sys

from course_lib.teaching.lessons import ROOT

PAGE = (ROOT / "docs/INSTRUCTORS.md").read_text(encoding="utf-8")
FENCE = re.compile(
    r"^```(\w+)\n(?:#|//) ([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL
)

OWN_MODEL = "A convolutional VAE, live while it trains"


def own_model(epochs):
    """Return the page's example of a model of one's own, trained for less long."""
    code = blocks("python")[OWN_MODEL]
    assert code.count("epochs=30, ") == 1
    return code.replace("epochs=30, ", f"epochs={epochs}, progress=False, ")


def blocks(kind):
    """Return the page's blocks of code of a kind, {their first line: the rest}."""
    return {first: code for k, first, code in FENCE.findall(PAGE) if k == kind}


def changed(source, diff):
    """Return a source after a block of the page with + and -, its parts split by @@."""
    for part in diff.split("@@\n"):
        lines = part.splitlines(keepends=True)
        before = "".join(line[1:] for line in lines if line[0] in " -")
        after = "".join(line[1:] for line in lines if line[0] in " +")
        assert source.count(before) == 1, f"not there, or not once:\n{before}"
        source = source.replace(before, after)
    return source


def extended(folder):
    """Copy the package into a folder, with the page's examples in it."""
    copy = folder / "course_lib"
    shutil.copytree(
        ROOT / "course_lib", copy, ignore=shutil.ignore_patterns("__pycache__")
    )
    for name in blocks("diff"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    for kind in ("python", "js"):
        for name, code in blocks(kind).items():
            if name.startswith("course_lib/"):
                assert not (folder / name).exists(), name
                (folder / name).write_text(code, encoding="utf-8")
    for name, diff in blocks("diff").items():
        source = (folder / name).read_text(encoding="utf-8")
        (folder / name).write_text(changed(source, diff), encoding="utf-8")
    return folder


def run(folder, source, *arguments):
    """Run Python with the extended package, and return what it printed."""
    environment = dict(os.environ, PYTHONPATH=str(folder), OMP_NUM_THREADS="1")
    command = [sys.executable, *(["-c", source] if source else []), *arguments]
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
