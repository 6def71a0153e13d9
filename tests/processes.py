"""Run a command under a limit of time, and leave nothing of it behind."""

import contextlib
import re
import subprocess
import sys

import psutil
import pytest

from course_lib.teaching.lessons import ROOT

# A process starts with its parent's peak memory, which for these tests is large; so a
# small one stands between, and tells its child's own.
WATCH = """
import resource, subprocess, sys
status = subprocess.call(sys.argv[1:])
print("peak", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(status)
"""


def run(command, environment, limit):
    """Run a command; return its exit status, output, and peak memory in bytes.

    It fails the test after limit seconds. However it ends, Ctrl-C included, what the
    command started ends with it.
    """
    with subprocess.Popen(
        [sys.executable, "-c", WATCH, *command],
        env=environment,
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as process:
        try:
            output, _ = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            end(process)
            output, _ = process.communicate()
            pytest.fail(f"it took more than {limit} s: {output[-2000:]}")
        finally:
            end(process)
    peak = re.search(r"^peak (\d+)$", output, re.MULTILINE)
    assert peak, f"it was killed: {output[-2000:]}"
    unit = 1 if sys.platform == "darwin" else 1024
    return process.returncode, output, int(peak[1]) * unit


def end(process):
    """Kill a process and all that it started, kernels too, which lead sessions."""
    with contextlib.suppress(psutil.NoSuchProcess):
        family = psutil.Process(process.pid).children(recursive=True)
        for one in [process, *family]:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
