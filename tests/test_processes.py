"""A command that a test runs ends with the test: in time, or at Ctrl-C."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest
from processes import run

from course_lib.teaching.lessons import ROOT

# It stands for a lesson, whose kernel leads a session of its own and would go on.
LESSON = """
import subprocess, sys, time
kernel = [sys.executable, "-c", "import time; time.sleep(99)"]
kernel = subprocess.Popen(kernel, start_new_session=True)
print(kernel.pid, file=open(sys.argv[1], "w"), flush=True)
time.sleep(99)
"""
TEST = """
import os, sys
from processes import run
def test_a_lesson():
    run([sys.executable, "-c", {lesson!r}, {told!r}], os.environ, limit=99)
"""
pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")


def kernel_of(told):
    """Wait until the lesson has told its kernel's number; return the kernel."""
    for _ in range(600):
        if told.exists() and told.read_text().endswith("\n"):
            return psutil.Process(int(told.read_text()))
        time.sleep(0.1)
    raise AssertionError("the lesson did not start")


def has_ended(kernel):
    gone, _ = psutil.wait_procs([kernel], timeout=5)
    return bool(gone) or kernel.status() == psutil.STATUS_ZOMBIE


def test_ctrl_c_ends_the_run_and_the_kernel_at_once(tmp_path):
    told = tmp_path / "told"
    source = TEST.format(lesson=LESSON, told=str(told))
    (tmp_path / "test_it.py").write_text(source)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]
    with subprocess.Popen(
        [*command, "--rootdir", tmp_path, tmp_path / "test_it.py"],
        env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"},
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as tests:
        try:
            kernel = kernel_of(told)
            os.killpg(tests.pid, signal.SIGINT)  # as a terminal does
            output, _ = tests.communicate(timeout=10)
        finally:
            tests.kill()
    assert "KeyboardInterrupt" in output
    assert tests.returncode == pytest.ExitCode.INTERRUPTED
    assert has_ended(kernel)


def test_a_command_that_takes_too_long_is_ended_and_fails(tmp_path):
    told = tmp_path / "told"
    with pytest.raises(pytest.fail.Exception, match="it took more than 3 s"):
        run([sys.executable, "-c", LESSON, told], os.environ, limit=3)
    assert not told.exists() or has_ended(kernel_of(told))  # had it come so far
