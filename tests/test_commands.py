"""The README's commands: make lab serves the first lesson, and sets up only once."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request

import pytest

from course_lib.teaching.lessons import ROOT, paths

pytestmark = pytest.mark.skipif(
    not shutil.which("make") or not (ROOT / ".venv/.lab").exists(),
    reason="this environment was not set up by make",
)


def test_set_up_is_not_repeated_when_nothing_has_changed():
    for target in ("lab", "test"):
        done = subprocess.run(
            ["make", "-n", target], cwd=ROOT, capture_output=True, text=True
        )
        assert done.returncode == 0
        assert "pip" not in done.stdout


def test_set_up_is_repeated_when_the_dependencies_change(tmp_path):
    stamp = ROOT / ".venv/.lab"
    newer = ["make", "-n", "-W", "pyproject.toml", "lab"]
    done = subprocess.run(newer, cwd=ROOT, capture_output=True, text=True)
    assert "pip" in done.stdout
    assert stamp.exists()


@pytest.mark.parametrize("before", [None, "7"])
def test_what_make_starts_waits_without_spinning_unless_told_otherwise(before):
    env = {k: v for k, v in os.environ.items() if k != "GOMP_SPINCOUNT"}
    env |= {"GOMP_SPINCOUNT": before} if before else {}
    done = subprocess.run(
        ["make", "-s", "-f", "-", "show"],
        input="include Makefile\nshow:\n\t@echo $$GOMP_SPINCOUNT\n",
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
    )
    assert done.stdout == f"{before or 1000}\n", done


def test_help_lists_every_command_a_person_types():
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True)
    for command in ("lab", "test", "lint", "doctor", "bench", "seeds", "site"):
        assert f"make {command} " in done.stdout


def test_make_lab_serves_the_first_lesson_and_prints_its_address():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        ["make", "lab", f"ARGS=--no-browser --port={port}"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={k: v for k, v in os.environ.items() if k != "MAKEFLAGS"},
        start_new_session=True,
    )
    clock = threading.Timer(120, os.killpg, (server.pid, signal.SIGKILL))
    clock.start()
    try:
        lines = []
        address = found = None
        for line in server.stdout:
            lines.append(line)
            address = re.search(
                r"http://127\.0\.0\.1:(\d+)/lab/tree/(\S+)\?token=(\w+)", line
            )
            if address:
                break
        assert address, "".join(lines)
        port, path, token = address.groups()
        assert path == f"notebooks/{paths()[0].name}"
        url = f"http://127.0.0.1:{port}/api/contents/{path}?content=0&token={token}"
        for _ in range(60):  # the address is printed a moment before it answers
            try:
                with urllib.request.urlopen(url, timeout=30) as response:
                    found = json.load(response)
                break
            except urllib.error.URLError:
                time.sleep(0.5)
        assert found, "the address did not answer"
        assert found["type"] == "notebook"
    finally:
        clock.cancel()
        os.killpg(server.pid, signal.SIGKILL)
        server.communicate(timeout=30)
