"""The doctor: say what is wrong with an installation, and how to mend it.

It imports nothing beyond Python itself until a check asks for it, so that it can speak
where torch, or everything, is missing.
"""

import importlib
import os
import re
import shutil
import sys
import tempfile
from importlib import metadata
from pathlib import Path

TORCH = ("torch", "torchvision")  # each torchvision works with one torch alone
SPINS = "GOMP_SPINCOUNT"
SETUP = (
    "Run `make lab` in the course's folder, or see the README for conda and Windows."
)


class Trouble(Exception):
    """What a check found wrong, and how to mend it."""

    def __init__(self, finding, remedy):
        super().__init__(finding)
        self.remedy = remedy


class Advice(Trouble):
    """What works and could be better."""


def required():
    """Return what the course needs to run, {package: versions}, such as ">=2.0".

    That is what pyproject.toml says, where the package lies in a checkout: pip keeps a
    copy, the installed package's metadata, which an update leaves as it was.
    """
    project = Path(__file__).resolve().parents[1] / "pyproject.toml"
    if project.is_file():
        tomllib = importlib.import_module("tomllib")  # an old Python has none
        text = project.read_text(encoding="utf-8")
        lines = tomllib.loads(text)["project"]["dependencies"]
    else:
        lines = metadata.requires("autoencoder-course") or []
    lines = [line for line in lines if ";" not in line]  # those of no extra
    return dict(re.match(r"([\w.-]+)\s*(.*)", line).groups() for line in lines)


def check_python():
    """Python is one that torch has builds for."""
    version = ".".join(map(str, sys.version_info[:3]))
    if not (3, 11) <= sys.version_info[:2] <= (3, 14):
        raise Trouble(
            f"Python {version}",
            "The course needs Python 3.11 to 3.14. Install one, remove .venv, and run "
            "`make lab PYTHON=/path/to/it`.",
        )
    return f"Python {version}, {sys.executable}"


def check_packages():
    """Every package that the course needs is there, and new enough."""
    needed = required()
    others = {name: needed[name] for name in needed if name not in TORCH}
    came = {name: _version(name) for name in others}
    missing = [name for name, version in came.items() if version is None]
    if missing:
        raise Trouble(f"missing: {', '.join(missing)}", SETUP)
    from packaging.specifiers import SpecifierSet

    wrong = [
        f"{name} {came[name]}, wanted {wanted}"
        for name, wanted in others.items()
        if not SpecifierSet(wanted).contains(came[name], prereleases=True)
    ]
    if wrong:
        raise Trouble("; ".join(wrong), SETUP)
    return f"all {len(needed)} packages found"


def _version(name):
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def check_torch():
    """Both are installed in the versions that belong together, and import."""
    wanted, came = required(), {}
    for name in TORCH:
        came[name] = _version(name)
        if came[name] is None:
            raise Trouble(f"{name} is not installed", SETUP)
        if "==" + came[name].split("+")[0] != wanted[name]:
            raise Trouble(
                f"{name} {came[name]}, wanted {wanted[name].lstrip('=')}",
                "pip install " + " ".join(each + wanted[each] for each in TORCH),
            )
    try:
        importlib.import_module(
            "course_lib.data.torchvision_datasets"
        ).import_datasets()
    except Exception as error:
        raise Trouble(f"torchvision does not import: {error}", SETUP) from None
    return ", ".join(f"{name} {version}" for name, version in came.items())


def check_device():
    """There is something to compute on; say what and how wide."""
    import torch

    from course_lib.training import choose_device

    return f"training uses {choose_device()}, {torch.get_num_threads()} CPU threads"


def check_threads():
    """Two kernels can train at once: threads that wait leave the cores to others."""
    import torch
    from threadpoolctl import threadpool_info

    # Of the runtimes that torch may have, only GNU's waits by spinning for so long.
    runtimes = {one["prefix"] for one in threadpool_info()}
    patient = os.environ.get("OMP_WAIT_POLICY", "").lower() == "passive"
    if "libgomp" not in runtimes or torch.get_num_threads() == 1 or patient:
        return "its threads need no setting"
    if SPINS not in os.environ:
        raise Advice(
            f"{SPINS} is not set: two notebooks that train at once slow each other "
            "down 4 to 38 times",
            f"Start JupyterLab by `make lab`, or set {SPINS}=1000 before you start it.",
        )
    return f"its threads wait as {SPINS}={os.environ[SPINS]} says"


def check_data():
    """The lessons find a data set; say which one."""
    from course_lib import data

    try:
        folder = data.folder()
    except ValueError as error:
        raise Trouble(str(error), "Correct COURSE_DATA, or unset it.") from None
    raw = folder / "MNIST" / "raw"
    if not raw.is_dir():
        return _check_mirrors(folder)
    try:
        return str(data.load("mnist", offline=True))
    except data.DataError as error:
        raise Trouble(error.reason, f"Delete {raw}; it is then fetched anew.") from None


def _check_mirrors(folder):
    """Ask the mirrors for the smallest of MNIST's files, which is not there yet."""
    from course_lib.data import download, torchvision_datasets

    if download.is_offline():
        return (
            f"MNIST is not in {folder}, and COURSE_OFFLINE is set: lessons use digits"
        )
    kind = torchvision_datasets.import_datasets().MNIST
    try:
        download.download(*kind.resources[-1], list(kind.mirrors))
    except download.DataError as error:
        raise Trouble(
            f"MNIST is not in {folder}, and {error.reason}",
            "The lessons use digits meanwhile. See that this machine has a network (a "
            "proxy goes into HTTPS_PROXY) and try again, or copy the folder MNIST/raw "
            f"from another machine to {folder}.",
        ) from None
    return f"MNIST is not in {folder} yet: the lessons download it"


def check_room():
    """A data set that is missing could be written."""
    from course_lib import data

    place = data.folder()
    while not place.exists():
        place = place.parent
    try:
        tempfile.TemporaryFile(dir=place).close()
    except OSError as error:
        if (data.folder() / "MNIST" / "raw").is_dir():
            return f"{place} cannot be written to, and MNIST lies there"
        raise Trouble(
            f"{place} cannot be written to ({error.strerror}), and MNIST is not there",
            "The lessons use digits meanwhile. Set COURSE_DATA to a folder that has "
            "MNIST, or to one that you can write to.",
        ) from None
    free = shutil.disk_usage(place).free / 1e6
    if free < 200:
        raise Trouble(f"{free:.0f} MB free at {place}", "Make room: 200 MB are enough.")
    return f"{free / 1000:.0f} GB free at {place}"


def check_package():
    """The course_lib that runs is the one of this folder's checkout, if it is one."""
    running = Path(__file__).resolve().parent
    # What a build leaves in a checkout (egg-info) has no installer.
    found = metadata.distributions(name="autoencoder-course")
    if not any(each.read_text("INSTALLER") for each in found):
        raise Trouble(
            f"course_lib is not installed: only a Python started in {running.parent} "
            "finds it, and the notebooks do not",
            f"{sys.executable} -m pip install --no-deps -e {running.parent}",
        )
    here = Path.cwd() / "course_lib"
    if here.is_dir() and here.resolve() != running:
        raise Trouble(
            f"course_lib runs from {running}, and another lies in {here}",
            "Run `make lab` in this folder, or pip install -e . into this Python.",
        )
    return f"course_lib runs from {running}"


def check_widgets():
    """JupyterLab can show the widgets: its extension is in this environment."""
    folder = Path(sys.prefix, "share/jupyter/labextensions")
    missing = [
        name
        for name in ("@jupyter-widgets/jupyterlab-manager", "anywidget")
        if not (folder / name).is_dir()
    ]
    if missing:
        raise Trouble(f"JupyterLab's extension {', '.join(missing)} is missing", SETUP)
    return "JupyterLab's widget extensions found"


CHECKS = [check_python, check_packages, check_torch, check_device, check_threads]
CHECKS += [check_data, check_room, check_package, check_widgets]


def main():
    """Run every check and print what it found; return 0 if all is well, else 1."""
    troubles = 0
    for check in CHECKS:
        try:
            print(f"✔ {check()}")
        except Advice as advice:
            print(f"· {advice}\n  → {advice.remedy}")
        except Trouble as trouble:
            troubles += 1
            print(f"✘ {trouble}\n  → {trouble.remedy}")
        except Exception as error:  # mostly one that an earlier check has told
            print(f"· {check.__name__} could not look: {error}")
    print("All is well." if not troubles else f"{troubles} to mend.")
    return int(troubles > 0)
