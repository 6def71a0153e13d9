"""Are the packages there that the course needs, in the versions that it needs?"""

import importlib
import os
import re
from importlib import metadata

from course_lib.doctor.findings import ROOT, Trouble, pip_install, set_up

TORCH = ("torch", "torchvision")  # each torchvision works with one torch alone


def required(extra=None):
    """Return what the course needs to run, {package: versions}, such as ">=2.0".

    That is what pyproject.toml says, where the package lies in a checkout: pip keeps a
    copy, the installed package's metadata, which an update leaves as it was. With an
    `extra`, which only a checkout can tell, what that needs besides.
    """
    project = ROOT / "pyproject.toml"
    if project.is_file():
        tomllib = importlib.import_module("tomllib")  # an old Python has none
        project = tomllib.loads(project.read_text(encoding="utf-8"))["project"]
        lines = list(project["dependencies"])
        extras = project["optional-dependencies"]
        for line in extras[extra] if extra else []:
            inner = re.match(r"autoencoder-course\[(\w+)\]", line)
            lines += extras[inner.group(1)] if inner else [line]
    else:
        lines = metadata.requires("autoencoder-course") or []
    lines = [line for line in lines if ";" not in line]  # those of no extra
    return dict(re.match(r"([\w.-]+)\s*(.*)", line).groups() for line in lines)


def unfit(needed):
    """Return the packages of `needed` that are missing, and those of a wrong version.

    Both are lists; the second holds (name, the version that came, the one wanted).
    """
    came = {name: version(name) for name in needed}
    missing = [name for name in needed if came[name] is None]
    if missing:  # packaging may be one of them
        return missing, []
    from packaging.specifiers import SpecifierSet

    return [], [
        (name, came[name], wanted)
        for name, wanted in needed.items()
        if not SpecifierSet(wanted).contains(came[name], prereleases=True)
    ]


def version(name):
    """Return the version of a package that is installed, or None."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def check_packages():
    """Every package that the course needs is there, and new enough."""
    needed = required()
    others = {name: needed[name] for name in needed if name not in TORCH}
    missing, wrong = unfit(others)
    if missing:
        remedy = set_up(*(name + others[name] for name in missing))
        raise Trouble(f"missing: {', '.join(missing)}", remedy)
    if wrong:
        finding = "; ".join(
            f"{name} {came}, wanted {want}" for name, came, want in wrong
        )
        raise Trouble(finding, set_up(*(name + want for name, _, want in wrong)))
    return f"all {len(needed)} packages found"


def check_torch():
    """Both are installed in the versions that belong together, and import."""
    wanted, came = required(), {}
    pair = [name + wanted[name] for name in TORCH]
    for name in TORCH:
        came[name] = version(name)
        if came[name] is None:
            raise Trouble(f"{name} is not installed", set_up(*pair))
        if "==" + came[name].split("+")[0] != wanted[name]:
            raise Trouble(
                f"{name} {came[name]}, wanted {wanted[name].lstrip('=')}", set_up(*pair)
            )
    try:
        importlib.import_module(
            "course_lib.data.torchvision_datasets"
        ).import_datasets()
    except Exception as error:
        if getattr(error, "name", None) in set(wanted) - set(TORCH):
            raise  # another package is missing, as a check of its own has told
        anew = pip_install("--force-reinstall", "--no-deps", *pair)
        remedy = f"Run `{anew}`, or `make clean` and `make lab`."
        if os.name == "nt" and isinstance(error, OSError):
            remedy = (
                "Install Microsoft's Visual C++ Redistributable (x64), which torch's "
                f"libraries need. If that does not help: {remedy}"
            )
        raise Trouble(f"torchvision does not import: {error}", remedy) from None
    return ", ".join(f"{name} {came[name]}" for name in TORCH)
