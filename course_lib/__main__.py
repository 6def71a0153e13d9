"""The package's commands: python -m course_lib doctor, fetch, new-lesson and others."""

import argparse
import subprocess
import sys
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


def main(arguments=None):
    """Run a command; return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m course_lib")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("doctor", help="say what is wrong with this installation")
    fetch = commands.add_parser("fetch", help="download a data set now")
    fetch.add_argument("name", help="mnist or fashion-mnist")
    make = commands.add_parser("checkpoints", help="train all checkpoints on MNIST")
    make.add_argument("only", nargs="*", help="names, all without")
    link = commands.add_parser("binder-link", help="print a notebook's Binder address")
    first = "notebooks/00_start_here.ipynb"
    link.add_argument("notebook", nargs="?", default=first)
    link.add_argument("--ref", help="branch or tag, by default the current branch")
    new = commands.add_parser("new-lesson", help="begin a lesson from a template")
    new.add_argument("title", help='such as "Sparse autoencoders"')
    lint = commands.add_parser("lint-lesson", help="say what breaks a convention")
    lint.add_argument("notebook", nargs="+")
    options = parser.parse_args(arguments)
    try:
        if options.command == "doctor":
            from course_lib import doctor

            return doctor.main()
        if options.command == "fetch":
            from course_lib import data

            print(data.load(options.name))
        elif options.command == "checkpoints":
            from course_lib import checkpoints, data
            from course_lib.checkpoints import recipes

            mnist = data.load("mnist")
            for line in recipes.make(mnist, checkpoints.FILES, only=options.only):
                print(line, flush=True)
        elif options.command == "new-lesson":
            from course_lib.teaching import new_lesson

            new_lesson.main(options.title)
        elif options.command == "lint-lesson":
            from course_lib.teaching import lint

            return max([lint.main(path) for path in options.notebook])
        else:
            print(binder_link(options.notebook, ref=options.ref))
    except (ValueError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
