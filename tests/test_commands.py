"""The README's commands: make lab serves the first lesson, and sets up only once."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

import pytest
import yaml

from course_lib.teaching.lessons import ROOT, paths

pytestmark = pytest.mark.skipif(
    not shutil.which("make") or not (ROOT / ".venv/.lab").exists(),
    reason="this environment was not set up by make",
)
# The environment without what the make that runs these tests may have handed down.
SETTINGS = {"GOMP_SPINCOUNT": "1000", "MALLOC_MMAP_THRESHOLD_": "2000000"}
HANDED = {"MAKEFLAGS", "MAKEOVERRIDES", "CONSTRAINTS", *SETTINGS}
OWN = {k: v for k, v in os.environ.items() if k not in HANDED}


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
@pytest.mark.parametrize("name", SETTINGS)
def test_what_make_starts_shares_the_machine_unless_told_otherwise(name, before):
    env = OWN | ({name: before} if before else {})
    done = subprocess.run(
        ["make", "-s", "-f", "-", "show"],
        input=f"include Makefile\nshow:\n\t@echo $${name}\n",
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
    )
    assert done.stdout == f"{before or SETTINGS[name]}\n", done


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ([], " -c constraints.txt -e "),
        (["CONSTRAINTS="], " --upgrade --upgrade-strategy eager -e "),
    ],
)
def test_the_newest_versions_can_be_installed(arguments, wanted):
    command = ["make", "-n", "-W", "pyproject.toml", "test", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=OWN, capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if " -e " in line]
    assert len(lines) == 2
    assert all(wanted in line for line in lines), lines


def test_every_ci_runs_the_readmes_command_and_one_the_newest_versions():
    flow = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text("utf-8"))
    runs = {name: job["steps"][-1]["run"] for name, job in flow["jobs"].items()}
    assert runs == {"test": "make test", "newest": "make test CONSTRAINTS="}
    assert flow["jobs"]["newest"]["continue-on-error"] is True
    assert (ROOT / ".ci/run").read_text("utf-8").splitlines()[-1] == "make test"


def test_check_leaves_out_browsers_and_running_lessons():
    done = subprocess.run(
        ["make", "-n", "check"], cwd=ROOT, capture_output=True, text=True
    )
    assert 'pytest -m "not slow"' in done.stdout
    assert "ruff check" in done.stdout
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-m", "slow"]
    command += ["tests/browser", "tests/test_lessons.py"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    tests = [line for line in done.stdout.splitlines() if "::" in line]
    files = {line.split("::")[0] for line in tests}
    for path in (ROOT / "tests/browser").glob("test_*.py"):
        assert path.relative_to(ROOT).as_posix() in files
    lessons = [line for line in tests if line.startswith("tests/test_lessons.py")]
    assert lessons
    assert not any("conventions" in line for line in lessons)


def test_help_lists_every_command_a_person_types():
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True)
    for command in ("lab", "test", "check", "lint", "doctor", "bench", "seeds", "site"):
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
        env=OWN,
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
