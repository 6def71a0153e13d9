"""Where does what runs come from: Python, and course_lib, here and in a notebook?"""

import os
import re
import subprocess
import sys
from pathlib import Path

from course_lib.doctor.findings import ROOT, SETUP, Trouble, installed, pip_install
from course_lib.doctor.packages import version

ELSEWHERE = """
import sys
sys.path = [place for place in sys.path if place]
from importlib.util import find_spec
found = find_spec("course_lib")
import os
sys.stdout.buffer.write(os.fsencode(found.origin or "" if found else ""))
"""
ANEW = "Run `make lab` in the course's folder, which makes the environment anew."
SCRIPTS = "Scripts" if os.name == "nt" else "bin"
# The interpreter that a script is started by, as pip and others write it.
STARTED_BY = re.compile(rb"""(?:#!|exec' )"?((?:/|[A-Za-z]:)[^"\r\n]*?python[\w.]*)""")


def course_python():
    """Return the Python of the checkout's environment, None where this one will do."""
    name = "python.exe" if os.name == "nt" else "python"
    python = str(ROOT / ".venv" / SCRIPTS / name)
    if installed() or _same(sys.prefix, ROOT / ".venv"):
        return None
    try:
        done = subprocess.run([python, "-c", ""], stderr=subprocess.DEVNULL, timeout=60)
    except (
        OSError,
        subprocess.SubprocessError,
    ):  # there is none, or no way to start it
        return None
    return None if done.returncode else python


def _same(one, other):
    return os.path.realpath(str(one)) == os.path.realpath(str(other))


def found_elsewhere():
    """Return the folder of the course_lib that a notebook imports, None without one.

    That is what this Python finds when it is started in no particular folder.
    """
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE],
        cwd=sys.prefix,
        stdout=subprocess.PIPE,
        timeout=60,
        check=True,
    )
    return Path(os.fsdecode(done.stdout)).resolve().parent if done.stdout else None


def check_environment():
    """The environment lies where it was made: what it starts is its own."""
    if sys.prefix == sys.base_prefix:
        return f"{sys.prefix} is no virtual environment"
    other = started_instead()
    if other:
        raise Trouble(
            f"{sys.prefix} was moved or copied: its JupyterLab starts {other}", ANEW
        )
    return f"the environment lies in {sys.prefix}"


def started_instead():
    """Return the other environment's Python that this one's scripts start, or None."""
    for name in ("jupyter-lab", "jupyter", "pip"):
        suffix = ".exe" if os.name == "nt" else ""
        script = Path(sys.prefix, SCRIPTS, name + suffix)
        try:
            found = STARTED_BY.search(script.read_bytes())
        except OSError:  # there is none
            continue
        if found:
            python = Path(os.fsdecode(found.group(1)))
            # Not where a link of it leads: that is to the Python it was made from.
            return None if _same(python.parents[1], sys.prefix) else str(python)
    return None


def check_package():
    """The course_lib that runs is this checkout's, and notebooks import it too."""
    running = Path(__file__).resolve().parents[1]
    mend = pip_install("--no-deps", "-e", str(running.parent))
    if not installed():
        raise Trouble(
            f"course_lib is not installed: only a Python started in {running.parent} "
            "finds it, and the notebooks do not",
            mend if version("torch") else SETUP,
        )
    here = Path.cwd()  # a checkout's folder, or that of its notebooks
    found = [place for place in (here, here.parent) if (place / "course_lib").is_dir()]
    if found and not _same(found[0] / "course_lib", running):
        raise Trouble(
            f"course_lib runs from {running}, and another lies in {found[0]}",
            f"Run `make lab` in {found[0]}, or "
            f"`{pip_install('--no-deps', '-e', str(found[0]))}`.",
        )
    elsewhere = found_elsewhere()
    if elsewhere != running:
        raise Trouble(
            f"course_lib runs from {running}, and notebooks import "
            f"{elsewhere or 'none'}",
            f"Run `make lab` in {running.parent}, or `{mend}`.",
        )
    return f"course_lib runs from {running}"
