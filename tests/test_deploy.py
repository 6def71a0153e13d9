"""The files for a class server: they parse, agree with one another, and work."""

import os
import re
import subprocess

import pytest
import yaml

from course_lib.teaching.lessons import ROOT

DEPLOY = ROOT / "deploy"
VALUES = yaml.safe_load((DEPLOY / "values.yaml").read_text(encoding="utf-8"))
CLAIM, JOB = yaml.safe_load_all((DEPLOY / "data.yaml").read_text(encoding="utf-8"))
POD = JOB["spec"]["template"]["spec"]
GUIDE = (ROOT / "docs/DEPLOY.md").read_text(encoding="utf-8")
STUDENTS, MEMORY = 24, 24e9
posix = pytest.mark.skipif(os.name == "nt", reason="a server's scripts are for Linux")
# What the chart's own schema allows, as far as we use it: it refuses any other key.
KEYS = {
    "": {"hub", "singleuser", "cull"},
    "hub": {"config"},
    "singleuser": {"image", "defaultUrl", "memory", "cpu", "extraEnv", "storage"}
    | {"lifecycleHooks"},
    "singleuser.image": {"name", "tag"},
    "singleuser.memory": {"limit", "guarantee"},
    "singleuser.cpu": {"limit", "guarantee"},
    "singleuser.lifecycleHooks": {"postStart"},
    "singleuser.storage": {"capacity", "extraVolumes", "extraVolumeMounts"},
    "cull": {"enabled", "every", "timeout"},
}


def at(path):
    """Return a part of the values by its path, as in singleuser.memory."""
    found = VALUES
    for key in filter(None, path.split(".")):
        found = found[key]
    return found


def amount(text):
    """Return bytes for what the chart takes: 800M, 2G."""
    return int(text[:-1]) * {"M": 1e6, "G": 1e9}[text[-1]]


@pytest.mark.parametrize("path", KEYS)
def test_the_chart_knows_every_key(path):
    assert at(path).keys() <= KEYS[path]


def test_a_class_fits_into_the_machine_and_a_student_into_her_share():
    memory, cpu = at("singleuser.memory"), at("singleuser.cpu")
    assert STUDENTS * amount(memory["guarantee"]) < 0.85 * MEMORY  # the hub wants some
    assert amount(memory["limit"]) == 2e9  # for three lessons that run at once
    assert STUDENTS * cpu["guarantee"] < 2
    assert at("cull")["enabled"] is True
    assert at("cull")["timeout"] >= 3600


def test_all_students_read_one_copy_of_the_data():
    storage, environment = at("singleuser.storage"), at("singleuser.extraEnv")
    (volume,), (mount,) = storage["extraVolumes"], storage["extraVolumeMounts"]
    assert volume["persistentVolumeClaim"]["readOnly"] is mount["readOnly"] is True
    assert volume["name"] == mount["name"]
    assert mount["mountPath"] == environment["COURSE_DATA"]
    claim = volume["persistentVolumeClaim"]["claimName"]
    assert (CLAIM["kind"], CLAIM["metadata"]["name"]) == (
        "PersistentVolumeClaim",
        claim,
    )
    assert POD["volumes"][0]["persistentVolumeClaim"]["claimName"] == claim
    (fetch,) = POD["containers"]
    image = at("singleuser.image")
    assert fetch["image"] == f"{image['name']}:{image['tag']}"
    assert fetch["args"] == ["python", "-m", "course_lib", "fetch", "mnist"]
    (place,) = [v["value"] for v in fetch["env"] if v["name"] == "COURSE_DATA"]
    assert place == fetch["volumeMounts"][0]["mountPath"]


def test_the_first_page_is_the_first_lesson_and_environment_is_text():
    address = at("singleuser")["defaultUrl"].removeprefix("/lab/tree/")
    assert (ROOT / address).is_file()
    assert all(isinstance(v, str) for v in at("singleuser.extraEnv").values())


@posix
def test_a_student_gets_the_lessons_once_and_keeps_her_work(tmp_path):
    shell, option, script = at("singleuser.lifecycleHooks.postStart.exec.command")
    (source,) = re.findall(r"--target-repo-dir (\S+)", GUIDE)
    home = tmp_path / "home"
    home.mkdir()
    script = script.replace("/home/jovyan", str(home)).replace(source, str(ROOT))
    assert "/srv" not in script
    subprocess.run([shell, option, script], check=True)
    lesson = home / "notebooks/00_start_here.ipynb"
    assert lesson.read_bytes() == (ROOT / "notebooks" / lesson.name).read_bytes()
    lesson.write_text("her work")
    subprocess.run([shell, option, script], check=True)
    assert lesson.read_text() == "her work"


STUB = """#!/bin/sh
echo "$(basename "$0") $* (COURSE_DATA=$COURSE_DATA)" >> "$LOG"
case "$*" in *"$BREAKS"*) exit 1;; esac
"""


@pytest.fixture
def littlest(tmp_path):
    """Return a function that runs tljh.sh on a stand-in for The Littlest JupyterHub."""
    for name in ("user/bin/python", "hub/bin/tljh-config"):
        path = tmp_path / "tljh" / name
        path.parent.mkdir(parents=True)
        path.write_text(STUB)
        path.chmod(0o755)
    places = {"TLJH": "tljh", "DATA": "data", "SKELETON": "skel", "LOG": "log"}
    env = {k: v for k, v in os.environ.items() if not k.startswith("COURSE")}
    env |= {name: str(tmp_path / part) for name, part in places.items()}

    def run(breaks="nothing", **changes):
        done = subprocess.run(
            [DEPLOY / "tljh.sh"],
            env=env | {"BREAKS": breaks} | changes,
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )
        log = tmp_path / "log"
        return done, log.read_text().splitlines() if log.exists() else []

    return run


@posix
def test_the_littlest_jupyterhub_is_set_up(littlest, tmp_path):
    for _ in range(2):  # a second time changes nothing
        done, log = littlest()
        assert (done.returncode, done.stdout) == (0, ""), done
    log, data = log[: len(log) // 2], tmp_path / "data"
    assert log[0].startswith("python -m pip install -c constraints.txt . ")
    assert log[1] == f"python -m course_lib fetch mnist (COURSE_DATA={data})"
    assert "tljh-config set limits.memory 2G (COURSE_DATA=)" in log
    assert "tljh-config set services.cull.timeout 3600 (COURSE_DATA=)" in log
    assert log[-2].startswith("tljh-config reload")
    assert log[-1] == f"python -m course_lib doctor (COURSE_DATA={data})"
    assert (
        tmp_path / "skel/autoencoder-course/notebooks/00_start_here.ipynb"
    ).is_file()
    assert not (tmp_path / "skel/autoencoder-course/notebooks/notebooks").exists()
    config = tmp_path / "tljh/config/jupyterhub_config.d/autoencoder_course.py"
    assert settings(config) == {
        "OMP_NUM_THREADS": "1",
        "GOMP_SPINCOUNT": "1000",
        "MALLOC_MMAP_THRESHOLD_": "2000000",
        "COURSE_DATA": str(data),
    }


def settings(path):
    """Return the environment that a JupyterHub configuration gives its students."""

    class Config:
        class Spawner:
            environment = None

    exec(compile(path.read_text(), path, "exec"), {"get_config": Config})
    return Config.Spawner.environment


@pytest.mark.parametrize(
    ("name", "value"),
    [("GOMP_SPINCOUNT", "1000"), ("MALLOC_MMAP_THRESHOLD_", "2000000")],
)
def test_whatever_starts_kernels_sets_the_same(name, value):
    """The Makefile, conda, Binder and the servers; see docs/DEPLOY.md."""
    places = ["Makefile", "environment.yml", "binder/start", "deploy/tljh_config.py"]
    for place in [*places, "deploy/tljh.sh", "deploy/values.yaml", "docs/DEPLOY.md"]:
        source = (ROOT / place).read_text(encoding="utf-8")
        assert set(re.findall(rf"{name}\W+(\d+)", source)) == {value}, place


def test_both_servers_give_the_same_environment():
    assert settings(DEPLOY / "tljh_config.py") == at("singleuser.extraEnv")


@posix
def test_the_littlest_jupyterhub_goes_on_without_mnist_alone(littlest, tmp_path):
    done, log = littlest("fetch mnist")
    assert done.returncode == 0
    assert "MNIST could not be fetched: the lessons use digits until" in done.stdout
    assert log[-2].startswith("tljh-config reload")
    (tmp_path / "log").unlink()
    done, log = littlest("pip install")
    assert (done.returncode, len(log)) == (1, 1)


@posix
def test_without_the_littlest_jupyterhub_nothing_is_done(littlest, tmp_path):
    done, log = littlest(TLJH=str(tmp_path / "elsewhere"))
    assert done.returncode == 1
    assert "There is no The Littlest JupyterHub in" in done.stdout
    assert log == []


def test_the_guide_names_files_that_exist():
    for target in re.findall(r"\]\(([^)#:]+)\)", GUIDE):
        assert (ROOT / "docs" / target).exists(), target
    assert {path.name for path in DEPLOY.iterdir()} <= set(
        re.findall(r"deploy/([\w.]+)", GUIDE)
    )
