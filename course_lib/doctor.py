"""The doctor: say what is wrong with an installation, and how to mend it.

It imports nothing beyond Python itself until a check asks for it, so that it can speak
where torch, or everything, is missing.
"""

import importlib
import shutil
import sys
import tempfile
from importlib import metadata
from pathlib import Path

TORCH = {"torch": "2.13.0", "torchvision": "0.28.0"}
NEEDED = ["numpy", "matplotlib", "jupyterlab", "ipywidgets", "anywidget", "sklearn"]
NEEDED += ["safetensors", "tqdm", "platformdirs"]
SETUP = (
    "Run `make lab` in the course's folder, or see the README for conda and Windows."
)


class Trouble(Exception):
    """What a check found wrong, and how to mend it."""

    def __init__(self, finding, remedy):
        super().__init__(finding)
        self.remedy = remedy


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
    """Every package that the lessons import is there."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise Trouble(f"missing: {', '.join(missing)}", SETUP)
    return f"all {len(NEEDED)} packages found"


def check_torch():
    """Both are installed in the versions that belong together, and import."""
    came = {}
    for name, wanted in TORCH.items():
        try:
            came[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            raise Trouble(f"{name} is not installed", SETUP) from None
        if came[name].split("+")[0] != wanted:
            raise Trouble(
                f"{name} {came[name]}, wanted {wanted}",
                f"pip install torch=={TORCH['torch']} torchvision=="
                f"{TORCH['torchvision']}",
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


CHECKS = [check_python, check_packages, check_torch, check_device, check_data]
CHECKS += [check_room, check_package, check_widgets]


def main():
    """Run every check and print what it found; return 0 if all is well, else 1."""
    troubles = 0
    for check in CHECKS:
        try:
            print(f"✔ {check()}")
        except Trouble as trouble:
            troubles += 1
            print(f"✘ {trouble}\n  → {trouble.remedy}")
        except Exception as error:  # mostly one that an earlier check has told
            print(f"· {check.__name__} could not look: {error}")
    print("All is well." if not troubles else f"{troubles} to mend.")
    return int(troubles > 0)
