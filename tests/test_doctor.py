"""The doctor: it speaks whatever is missing, names it, and says what mends it."""

import ast
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest

from course_lib import doctor
from course_lib.__main__ import main
from course_lib.data import torchvision_datasets
from course_lib.doctor import (
    datasets,
    findings,
    front_end,
    interpreter,
    own_files,
    packages,
)
from course_lib.teaching.lessons import ROOT


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """The doctor asks the mirrors for MNIST only where it may."""
    monkeypatch.setenv("COURSE_OFFLINE", "1")


def test_doctor_finds_this_installation_well(monkeypatch, capsys):
    monkeypatch.delenv("COURSE_DATA", raising=False)
    monkeypatch.setenv("GOMP_SPINCOUNT", "1000")
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    assert out.count("✔") == len(doctor.CHECKS)
    assert out.endswith("All is well.\n")


def test_doctor_speaks_where_nothing_is_installed():
    """An interpreter without site-packages stands for a machine without any."""
    code = (
        "import sys; sys.path.insert(0, '.'); from course_lib.__main__ import main; "
        "sys.exit(main(['doctor']))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1, done.stderr
    assert "✘ missing: numpy" in done.stdout
    assert "✘ torch is not installed" in done.stdout
    assert "make lab" in done.stdout


def broken():
    raise RuntimeError("operator torchvision::roi_align does not exist")


def require(monkeypatch, **changes):
    needed = packages.required() | changes
    monkeypatch.setattr(packages, "required", lambda: needed)


BREAKS = {
    "old Python": lambda m, t: m.setattr(sys, "version_info", (3, 9, 1)),
    "other torch": lambda m, t: require(m, torch="==9.9"),
    "old package": lambda m, t: require(m, numpy=">=99"),
    "other operators": lambda m, t: m.setattr(
        torchvision_datasets, "import_datasets", broken
    ),
    "no package": lambda m, t: require(m, nopackage=""),
    "no folder": lambda m, t: m.setenv("COURSE_DATA", str(t / "no")),
    "no widgets": lambda m, t: m.setattr(sys, "prefix", str(t)),
    "no room": lambda m, t: m.setattr(
        datasets.shutil, "disk_usage", lambda _: SimpleNamespace(free=1)
    ),
}


@pytest.mark.parametrize(
    ("broken", "finding", "remedy"),
    [
        ("old Python", "Python 3.9.1", "needs Python 3.11"),
        ("other torch", "wanted 9.9", "pip install"),
        ("other operators", "torchvision does not import: operator", "make lab"),
        ("no package", "missing: nopackage", "make lab"),
        ("old package", ", wanted >=99", "make lab"),
        ("no folder", "there is no folder", "unset"),
        ("no widgets", "extension", "make lab"),
        ("no room", "0 MB free", "Make room"),
    ],
)
def test_doctor_names_what_is_broken_and_how_to_mend_it(
    broken, finding, remedy, monkeypatch, tmp_path, capsys
):
    monkeypatch.delenv("COURSE_DATA", raising=False)
    BREAKS[broken](monkeypatch, tmp_path)
    assert main(["doctor"]) == 1
    out = capsys.readouterr().out
    assert finding in out
    assert remedy in out.split("→ ", 1)[1]
    assert re.search(
        r"\n1 to mend(\.|, and \d could not look: mend, and ask again\.)\n$", out
    )


@pytest.mark.parametrize(
    ("runtime", "threads", "environment", "advises"),
    [
        ("libgomp", 2, {}, True),
        ("libgomp", 2, {"GOMP_SPINCOUNT": "1000"}, False),
        ("libgomp", 2, {"OMP_WAIT_POLICY": "PASSIVE"}, False),
        ("libgomp", 1, {}, False),
        ("libomp", 2, {}, False),
    ],
)
def test_doctor_advises_on_threads_and_finds_no_fault(
    runtime, threads, environment, advises, monkeypatch, capsys
):
    monkeypatch.delenv("COURSE_DATA", raising=False)
    for name in ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("torch.get_num_threads", lambda: threads)
    monkeypatch.setattr("threadpoolctl.threadpool_info", lambda: [{"prefix": runtime}])
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    assert ("· GOMP_SPINCOUNT is not set" in out) is advises
    assert ("set GOMP_SPINCOUNT=1000 before you start it" in out) is advises


def test_doctor_reads_what_is_required_from_the_package(monkeypatch, tmp_path):
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert [a + b for a, b in packages.required().items()] == declared["project"][
        "dependencies"
    ]
    test = packages.required("test")
    assert list(test)[: len(packages.required())] == list(packages.required())
    assert {"pytest", "nbgrader"} < test.keys()  # its own, and those of kit
    monkeypatch.setattr(packages, "ROOT", tmp_path)
    said = ["torch==2.13.0", "numpy", 'pytest>=8.3; extra == "test"']
    monkeypatch.setattr(packages.metadata, "requires", lambda name: said)
    assert packages.required() == {"torch": "==2.13.0", "numpy": ""}


def test_doctor_finds_a_damaged_data_file(monkeypatch, tmp_path, capsys):
    raw = tmp_path / "MNIST/raw"
    raw.mkdir(parents=True)
    (raw / "train-images-idx3-ubyte").write_bytes(b"cut off")
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    assert main(["doctor"]) == 1
    assert "train-images-idx3-ubyte is damaged" in capsys.readouterr().out
    assert (raw / "train-images-idx3-ubyte").read_bytes() == b"cut off"


def test_doctor_finds_another_checkout(monkeypatch, tmp_path, capsys):
    (tmp_path / "course_lib").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COURSE_DATA", raising=False)
    assert main(["doctor"]) == 1
    assert "another lies in" in capsys.readouterr().out


def test_doctor_finds_a_data_folder_that_cannot_be_written(
    monkeypatch, tmp_path, capsys
):
    """A full disk and a read-only one refuse alike to make a file."""
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))

    def refuse(dir):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(datasets.tempfile, "TemporaryFile", refuse)
    assert main(["doctor"]) == 1
    out = capsys.readouterr().out
    assert f"✘ {tmp_path} cannot be written to (Read-only file system)" in out
    assert "→ The lessons use digits meanwhile. Set COURSE_DATA" in out
    monkeypatch.setattr(datasets, "_faults", lambda folder: {})  # a class shares it
    assert (
        datasets.check_room()
        == f"{tmp_path} cannot be written to, and MNIST lies there"
    )


@pytest.fixture
def uninstalled(tmp_path):
    """Return a function that runs code where course_lib lies but is not installed.

    The interpreter sees all packages of this one but the course's own.
    """
    packages = tmp_path / "packages"
    packages.mkdir()
    for folder in map(
        Path, {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    ):
        for path in folder.iterdir():
            if "autoencoder_course" not in path.name:
                (packages / path.name).symlink_to(path)

    def run(code, folder):
        lines = f"import sys; sys.path.append({str(packages)!r}); {code}"
        return subprocess.run(
            [sys.executable, "-S", "-c", lines],
            cwd=folder,
            env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
            capture_output=True,
            text=True,
            timeout=300,
        )

    return run


def test_a_checkout_works_without_installation_and_doctor_says_so(uninstalled):
    use = (
        "from course_lib import checkpoints, data, explorers; "
        "data.load('digits'); checkpoints.load('vae-2d'); "
        "print(len(explorers.LatentPlane().to_html()) > 1e5)"
    )
    done = uninstalled(use, ROOT)
    assert done.stdout == "True\n", done.stderr
    ask = "from course_lib.__main__ import main; sys.exit(main(['doctor']))"
    done = uninstalled(ask, ROOT)
    assert (
        f"✘ course_lib is not installed: only a Python started in {ROOT}" in done.stdout
    )
    assert f"-m pip install --no-deps -e {ROOT}" in done.stdout
    done = uninstalled(use, ROOT / "notebooks")
    assert "No module named 'course_lib'" in done.stderr


SPEAKS = [ROOT / "course_lib" / f"{n}.py" for n in ("__init__", "__main__", "console")]
SPEAKS += sorted((ROOT / "course_lib/doctor").glob("*.py"))


@pytest.mark.parametrize("path", SPEAKS, ids=lambda path: path.stem)
def test_an_old_python_can_still_ask_the_doctor(path):
    """What it must read to be told that it is old has no newer syntax."""
    tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 8))
    for node in tree.body:  # nor does it need anything that may be missing
        names = [alias.name for alias in getattr(node, "names", [])]
        names = [node.module] if isinstance(node, ast.ImportFrom) else names
        for name in names if isinstance(node, ast.Import | ast.ImportFrom) else []:
            top = name.split(".")[0]
            assert top in sys.stdlib_module_names or name in OWN, name


OWN = {"course_lib", "course_lib.console", "course_lib.doctor"}
OWN |= {f"course_lib.doctor.{path.stem}" for path in SPEAKS}


def fine():
    return "fine"


def wrong():
    raise findings.Trouble("wrong", "mend it")


def blind():
    raise OSError("too dark")


@pytest.mark.parametrize(
    ("checks", "status", "last"),
    [
        ([fine], 0, "All is well."),
        ([fine, wrong], 1, "1 to mend."),
        ([fine, blind], 1, "1 could not look, so nobody knows whether all is well."),
        (
            [wrong, blind],
            1,
            "1 to mend, and 1 could not look: mend, and ask again.",
        ),
    ],
)
def test_what_could_not_look_is_never_well(checks, status, last, monkeypatch, capsys):
    monkeypatch.setattr(doctor, "CHECKS", checks)
    assert doctor.main() == status
    out = capsys.readouterr().out
    assert out.splitlines()[-1] == last
    assert ("? blind could not look: too dark\n" in out) is (blind in checks)
    assert doctor.report() is None  # or a notebook would show a number below


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "utf-8"])
def test_doctor_speaks_on_any_console(encoding):
    code = """if True:
        from course_lib import doctor
        def fine():
            return "well at /home/Анна"
        def wrong():
            raise doctor.Trouble("wrong …", "mend it")
        doctor.CHECKS = [fine, wrong]
        raise SystemExit(doctor.main())
    """
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | {"PYTHONIOENCODING": encoding},
        capture_output=True,
        timeout=120,
    )
    assert done.returncode == 1
    said = done.stdout.decode(encoding).splitlines()
    if encoding == "utf-8":
        assert said[0] == "✔ well at /home/Анна"
    else:
        assert said[0] == r"ok well at /home/\u0410\u043d\u043d\u0430"
        assert said[2] == "  -> mend it"
    assert said[-1] == "1 to mend."


@pytest.mark.parametrize(
    ("kind", "machine", "changes", "remedy"),
    [
        ("Darwin", "x86_64", {}, "Apple silicon"),
        ("Darwin", "arm64", {"mac": "13.6"}, "Update macOS to 14"),
        ("Darwin", "arm64", {"mac": "14.0"}, None),
        ("Windows", "ARM64", {}, "WSL"),
        ("Windows", "AMD64", {"maxsize": 2**31 - 1}, "32 bits"),
        ("Windows", "AMD64", {}, None),
        ("Linux", "x86_64", {"soabi": "cpython-312-x86_64-linux-musl"}, "glibc"),
        ("Linux", "x86_64", {"libc": ("glibc", "2.17")}, "glibc 2.28"),
        ("Linux", "aarch64", {}, None),
        ("Linux", "riscv64", {}, "another machine"),
    ],
)
def test_doctor_knows_machines_that_torch_has_no_build_for(
    kind, machine, changes, remedy, monkeypatch
):
    monkeypatch.setattr(interpreter.platform, "system", lambda: kind)
    monkeypatch.setattr(interpreter.platform, "machine", lambda: machine)
    mac = changes.get("mac", "15.1")
    monkeypatch.setattr(interpreter.platform, "mac_ver", lambda: (mac, ("",) * 3, ""))
    libc = changes.get("libc", ("glibc", "2.39"))
    monkeypatch.setattr(interpreter.platform, "libc_ver", lambda: libc)
    monkeypatch.setattr(sys, "maxsize", changes.get("maxsize", 2**63 - 1))
    soabi = changes.get("soabi", "cpython-312-x86_64-linux-gnu")
    monkeypatch.setattr(interpreter.sysconfig, "get_config_var", lambda name: soabi)
    assert "with torch" in interpreter.check_platform()  # whoever has one is well

    def none(name):
        raise interpreter.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(interpreter.metadata, "version", none)
    if remedy is None:
        assert interpreter.check_platform() == f"{kind} on {machine}"
    else:
        with pytest.raises(doctor.Trouble, match=f"no build for {kind} on") as error:
            interpreter.check_platform()
        assert remedy in error.value.remedy
        assert "Binder" in error.value.remedy


def test_remedies_name_this_environments_own_pip(monkeypatch):
    require(monkeypatch, nopackage=">=1.2")
    for setting, flag in (("", ""), ("0", ""), ("1", " --no-user")):
        monkeypatch.setenv("PIP_USER", setting)
        with pytest.raises(doctor.Trouble) as error:
            packages.check_packages()
        line = f"{sys.executable} -m pip install{flag} 'nopackage>=1.2'"
        assert "Run `make lab`" in error.value.remedy
        assert line in error.value.remedy
    monkeypatch.setattr(findings.os, "name", "nt")
    monkeypatch.setattr(sys, "executable", r"C:\My course\python.exe")
    said = findings.pip_install("tqdm>=4")
    assert said == r'& "C:\My course\python.exe" -m pip install --no-user "tqdm>=4"'


def test_another_package_that_is_missing_is_not_blamed_on_torch(monkeypatch):
    def without():
        raise ModuleNotFoundError("No module named 'tqdm'", name="tqdm")

    monkeypatch.setattr(torchvision_datasets, "import_datasets", without)
    with pytest.raises(ModuleNotFoundError):
        packages.check_torch()


def test_a_full_disk_that_has_all_is_well(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    monkeypatch.setattr(
        datasets.shutil, "disk_usage", lambda _: SimpleNamespace(free=1)
    )
    monkeypatch.setattr(datasets, "_faults", lambda folder: {"images": ""})
    assert datasets.check_room() == f"0 MB free at {tmp_path}, and MNIST lies there"


def test_a_students_own_files_are_named_and_stop_nothing(tmp_path):
    for name in ("random", "argparse", "tempfile", "torch", "notes"):
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('mine')")
    done = subprocess.run(
        [sys.executable, "-m", "course_lib", "doctor"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT), "COURSE_OFFLINE": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 1, done.stderr
    named = ", ".join(
        f"{tmp_path / name}.py" for name in ("argparse", "random", "tempfile", "torch")
    )
    assert f"✘ {named}: notebooks there import this" in done.stdout
    assert "✔ torch 2" in done.stdout
    assert "mine" not in done.stdout + done.stderr


def test_a_folder_without_such_files_is_well(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models.py").touch()
    (tmp_path / "random").mkdir()  # no package
    (tmp_path / "test.py").touch()
    assert "no file of yours" in own_files.check_own_files()


@pytest.fixture
def kernel(monkeypatch, tmp_path):
    """Return a function that lets this process be a kernel of a server."""
    psutil = pytest.importorskip("psutil")
    monkeypatch.setenv("JPY_PARENT_PID", "1")
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))

    def of(*words):
        parents = [SimpleNamespace(cmdline=lambda: list(words))]
        process = SimpleNamespace(parents=lambda: parents)
        monkeypatch.setattr(psutil, "Process", lambda: process)

    return of


def test_doctor_sees_a_server_of_another_environment(kernel, tmp_path, monkeypatch):
    jupyter_core = pytest.importorskip("jupyter_core.paths")
    monkeypatch.setattr(jupyter_core, "SYSTEM_JUPYTER_PATH", [])
    server = tmp_path / "server"
    kernel("/usr/bin/python3", str(server / "bin/jupyter-lab"), "--no-browser")
    with pytest.raises(doctor.Trouble, match="Error displaying widget") as error:
        front_end.check_widgets()
    assert str(server) in str(error.value)
    assert f"{sys.prefix}/bin/jupyter lab" in error.value.remedy
    for name in front_end.EXTENSIONS:
        (server / "share/jupyter/labextensions" / name).mkdir(parents=True)
    assert "found" in front_end.check_widgets()
    for words in (
        [sys.executable, "-m", "jupyterlab"],
        ["/opt/editor/python", "server.py"],  # an editor has its own widgets
    ):
        kernel(*words)
        assert "found" in front_end.check_widgets()


def course(folder):
    """Make a small checkout: what of it the doctor needs to say where things lie."""
    for path in ("console.py", "__init__.py", "__main__.py", "doctor"):
        source, target = ROOT / "course_lib" / path, folder / "course_lib" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@pytest.fixture
def checkout(tmp_path):
    """Return a checkout with an environment, in which it is all that is installed."""
    here = course(tmp_path / "here")
    venv = here / ".venv"
    create = [sys.executable, "-m", "venv", "--without-pip", str(venv)]
    subprocess.run(create, check=True)
    script = venv / "bin/jupyter"
    script.write_text(f"#!{venv}/bin/python\n")
    (packages,) = venv.glob("lib/python*/site-packages")
    (packages / "course.pth").write_text(str(here))
    info = packages / "autoencoder_course-0.1.0.dist-info"
    info.mkdir()
    (info / "INSTALLER").write_text("pip\n")
    (info / "METADATA").write_text("Name: autoencoder-course\nVersion: 0.1.0\n")
    return here


def ask(folder, *arguments):
    """Return what a checkout's own Python says of it."""
    done = subprocess.run(
        [folder / ".venv/bin/python", "-m", *arguments],
        cwd=folder,
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert not done.stderr, done.stderr
    return done.stdout


posix = pytest.mark.skipif(os.name == "nt", reason="an environment of make's")


@posix
def test_what_was_not_moved_is_well(checkout):
    said = ask(checkout, "course_lib", "doctor")
    assert f"✔ the environment lies in {checkout}/.venv" in said
    assert f"✔ course_lib runs from {checkout}/course_lib" in said
    assert ask(checkout, "course_lib.doctor.whole") == "lab\n"  # no torch and others


@posix
@pytest.mark.parametrize("copied", [False, True])
def test_doctor_sees_what_was_moved_or_copied(copied, checkout):
    there = checkout.with_name("there")
    (shutil.copytree if copied else shutil.move)(
        checkout, there, **({"symlinks": True} if copied else {})
    )
    said = ask(there, "course_lib", "doctor")
    starts = f"its JupyterLab starts {checkout}/.venv/bin/python"
    assert f"{there}/.venv was moved or copied: {starts}" in said
    elsewhere = f"{checkout}/course_lib" if copied else "none"
    assert f"runs from {there}/course_lib, and notebooks import {elsewhere}" in said
    assert ask(there, "course_lib.doctor.whole") == "anew\n"


@posix
@pytest.mark.parametrize("runs", [True, False])
def test_another_python_hands_over_to_the_courses(runs, tmp_path):
    """That of the system, say, in a terminal of JupyterLab."""
    here = course(tmp_path)
    python = here / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\necho asked $*\nexit {0 if runs else 3}\n")
    python.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-S", "-m", "course_lib", "doctor"],
        cwd=here,
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
        capture_output=True,
        text=True,
    )
    handed = f"not the course's Python. Asking {python}:\nasked -m course_lib doctor\n"
    assert done.stdout.endswith(handed) is runs
    assert ("✘ torch is not installed" in done.stdout) is not runs


def test_lesson_00_says_how_to_ask_in_a_cell(monkeypatch, capsys):
    monkeypatch.setattr(doctor, "CHECKS", [fine])
    for place in ("notebooks/00_start_here.ipynb", "docs/DEPLOY.md", "README.md"):
        text = (ROOT / place).read_text(encoding="utf-8")
        (line,) = set(re.findall(r"`(from course_lib import doctor; [^`]*)`", text))
        exec(line, {})
        assert capsys.readouterr().out == "✔ fine\nAll is well.\n"
