"""Is Python one that the course runs on, on a machine that torch has builds for?"""

import os
import platform
import sys
import sysconfig
from importlib import metadata

from course_lib.doctor.findings import Trouble


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


def check_platform():
    """The machine is one that torch has builds for."""
    kind, machine = platform.system(), platform.machine()
    where = f"{kind} on {machine}"
    try:
        return f"{where}, with torch {metadata.version('torch')}"
    except metadata.PackageNotFoundError:
        pass
    remedy = _without_a_build(kind, machine.lower())
    if remedy:
        raise Trouble(
            f"PyTorch has no build for {where}: pip finds no torch",
            f"{remedy} Or use the course on Binder (see the README).",
        )
    return where


def _without_a_build(kind, machine):
    """Return what helps on a machine that torch has no build for, "" on others."""
    other = "Use another machine."
    if sys.maxsize < 2**32:
        return "This Python has 32 bits. Install one of 64 bits, if the machine has."
    if kind == "Darwin":
        if machine != "arm64":
            return (
                "On a Mac with Apple silicon install a Python made for it, not for "
                f"Intel. On an Intel Mac: {other}"
            )
        major = int(platform.mac_ver()[0].split(".")[0] or 0)
        return "Update macOS to 14 or newer." if major < 14 else ""
    if kind == "Windows" or os.name == "nt":
        wsl = "Install it in WSL (Linux on Windows), as the README says for Linux."
        return "" if machine in ("amd64", "x86_64") else wsl
    if kind != "Linux":
        return other
    if "musl" in (sysconfig.get_config_var("SOABI") or ""):
        return "Use a Linux with glibc, such as Debian or Fedora, not Alpine."
    if machine not in ("x86_64", "aarch64", "arm64"):
        return other
    name, version = platform.libc_ver()
    numbers = [int(part) for part in version.split(".") if part.isdigit()]
    if name == "glibc" and numbers < [2, 28]:
        return "Use a newer Linux, with glibc 2.28 or newer."
    return ""
