"""Files of the student's own that hide a module of Python's or of a package's."""

import os
import sys
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

from course_lib.doctor.findings import ROOT, Trouble
from course_lib.doctor.packages import required

# Python's own, which nothing that the course uses imports.
UNUSED = {"antigravity", "idlelib", "test", "this", "turtle", "turtledemo"}


@contextmanager
def put_last():
    """Look for modules in the current folder last, where Python looks first."""
    before, here = list(sys.path), os.getcwd()
    own = [place for place in before if place in ("", here)]
    sys.path[:] = [place for place in before if place not in own] + own
    try:
        yield
    finally:
        sys.path[:] = before


def check_own_files():
    """No file beside the notebooks has the name of a module that they need."""
    needed = {"course_lib", *getattr(sys, "stdlib_module_names", ())} - UNUSED
    for name in required():
        needed |= _modules(name)
    for folder in dict.fromkeys([Path.cwd(), ROOT / "notebooks"]):
        if folder == ROOT or not folder.is_dir():
            continue  # a checkout holds what it should
        own = [path for path in folder.iterdir() if _is_module(path)]
        hidden = sorted(path for path in own if path.stem in needed)
        if hidden:
            raise Trouble(
                f"{', '.join(map(str, hidden))}: notebooks there import this instead "
                f"of the module {hidden[0].stem} that they need",
                "Give it another name, and restart the kernel.",
            )
    return "no file of yours hides a module that the notebooks need"


def _is_module(path):
    return path.suffix == ".py" or (path / "__init__.py").is_file()


def _modules(package):
    """Return the names that an installed package is imported by."""
    try:
        files = metadata.files(package) or []
    except metadata.PackageNotFoundError:
        return set()
    return {file.parts[0] for file in files if file.name == "__init__.py"}
