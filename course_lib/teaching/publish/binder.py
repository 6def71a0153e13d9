"""The address that opens a notebook of this repository on mybinder.org."""

import subprocess
from pathlib import Path
from urllib.parse import quote, urlsplit


def binder_link(notebook, *, ref=None):
    """Return the address that opens a notebook of this repository on mybinder.org.

    It is made from the git remote `origin` and the branch that is checked out, or ref.
    Raises ValueError if there is no such notebook, remote or branch.
    """
    path = Path(notebook).resolve()
    if not path.is_file():
        raise ValueError(f"notebook: there is no file {notebook}")
    top = Path(_git(path.parent, "rev-parse", "--show-toplevel"))
    remote = _git(top, "remote", "get-url", "origin")
    ref = ref or _git(top, "symbolic-ref", "--short", "HEAD")
    open_path = quote(f"lab/tree/{path.relative_to(top).as_posix()}", safe="")
    source = _binder_source(remote)
    return f"https://mybinder.org/v2/{source}/{quote(ref, safe='')}?urlpath={open_path}"


def _binder_source(remote):
    """Name a repository as mybinder.org does: gh/owner/name, gl/…, or git/address."""
    address = remote.removesuffix(".git")
    if "://" not in address and ":" in address:  # git@host:owner/name
        address = "https://" + address.split("@")[-1].replace(":", "/", 1)
    parts = urlsplit(address)
    if not parts.hostname or parts.scheme == "file":
        raise ValueError(f"the remote origin, {remote}, is no address on the web")
    name = parts.path.strip("/")
    if parts.hostname == "github.com":
        return f"gh/{name}"
    if parts.hostname == "gitlab.com":
        return f"gl/{quote(name, safe='')}"
    return f"git/{quote(f'https://{parts.hostname}/{name}', safe='')}"


def _git(folder, *arguments):
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except FileNotFoundError:
        raise ValueError("git is not installed") from None
    except subprocess.CalledProcessError as error:
        raise ValueError(error.stderr.strip().removeprefix("fatal: ")) from None
    return done.stdout.strip()
