"""What a check of the doctor's finds, and the commands that mend it."""

import os
import shlex
import sys
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]  # the checkout, if it is one
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


def installed():
    """Say whether this Python has the course installed."""
    # What a build leaves in a checkout (egg-info) has no installer.
    found = metadata.distributions(name="autoencoder-course")
    return any(each.read_text("INSTALLER") for each in found)


def set_up(*wanted):
    """Return how packages come into the environment, those `wanted` among them.

    Where the course is not installed, this Python is none to install anything into.
    """
    if not installed():
        return SETUP
    return f"Run `make lab` in the course's folder, or `{pip_install(*wanted)}`."


def pip_install(*wanted):
    """Return the line that installs into this very environment."""
    # Settings that send packages to the user's own folder fail in an environment.
    flags = [] if os.environ.get("PIP_USER", "0") in ("", "0") else ["--no-user"]
    return quoted(sys.executable, "-m", "pip", "install", *flags, *wanted)


def quoted(*words):
    """Return a command as one line, to be typed into a terminal of this system."""
    if os.name == "nt":
        marked = ["&"] if " " in words[0] else []  # PowerShell's way to start it
        return " ".join(marked + [_in_quotes(word) for word in words])
    return " ".join(shlex.quote(word) for word in map(str, words))


def _in_quotes(word):
    return f'"{word}"' if set(str(word)) & set(" <>=~&()") else str(word)
