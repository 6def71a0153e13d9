"""The package's commands: python -m course_lib doctor, fetch, site and others."""

import os
import sys

if __name__ == "__main__" and sys.path[0] == os.getcwd():
    # There lies a student's random.py, say, and Python would look there first.
    sys.path.append(sys.path.pop(0))

import argparse
import subprocess
from pathlib import Path

from course_lib.console import speak_anywhere

KIT = ("new-lesson", "lint-lesson", "sabotage", "site", "release")


def _parser():
    parser = argparse.ArgumentParser(prog="python -m course_lib")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("doctor", help="say what is wrong with this installation")
    fetch = commands.add_parser("fetch", help="download a data set now")
    fetch.add_argument("name", help="mnist or fashion-mnist")
    wait = "seconds that a slow network has to answer, by default 4 (COURSE_PATIENCE)"
    fetch.add_argument("--patience", help=wait)
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
    broken = commands.add_parser("sabotage", help="break lessons: which claims fall")
    broken.add_argument("lessons", nargs="*", help="such as 00 03; all without any")
    both = ("digits", "mnist")
    broken.add_argument("--data", nargs="+", choices=both, default=both[:1])
    broken.add_argument("--thorough", action="store_true", help="try every break")
    broken.add_argument("--write", action="store_true", help="into docs/MARGINS.md too")
    site = commands.add_parser("site", help="execute lessons and write them as a site")
    site.add_argument("lessons", nargs="*", help="such as 00 03; all without any")
    site.add_argument("--out", type=Path, help="a folder, by default site/")
    release = commands.add_parser("release", help="make what a class is given")
    release.add_argument("lessons", nargs="*", help="such as 01 03; all without any")
    release.add_argument("--out", type=Path, help="a folder, by default release/")
    release.add_argument("--no-handouts", action="store_true", help="run no lesson")
    return parser


def main(arguments=None):
    """Run a command; return its exit status."""
    speak_anywhere()
    options = _parser().parse_args(arguments)
    try:
        return _run(options) or 0
    except (ValueError, RuntimeError) as error:
        print(error, file=sys.stderr)
    except ModuleNotFoundError as error:
        if options.command not in KIT:
            raise
        print(
            f"{options.command} needs {error.name}, which is not installed. In the "
            "course's folder: make test, or python -m pip install -e '.[kit]'",
            file=sys.stderr,
        )
    return 1


def _run(options):
    """Import what one command needs, and run it; return its exit status, or None."""
    if options.command == "doctor":
        from course_lib import doctor

        return doctor.main()
    if options.command == "fetch":
        from course_lib import data

        if options.patience is not None:
            os.environ["COURSE_PATIENCE"] = options.patience
        print(data.load(options.name))
    elif options.command == "checkpoints":
        from course_lib import checkpoints, data
        from course_lib.checkpoints import recipes

        mnist = data.load("mnist")
        for line in recipes.make(mnist, checkpoints.FILES, only=options.only):
            print(line, flush=True)
    elif options.command == "binder-link":
        from course_lib.teaching.publish import binder

        print(binder.binder_link(options.notebook, ref=options.ref))
    elif options.command == "new-lesson":
        from course_lib.teaching.authoring import new_lesson

        new_lesson.main(options.title)
    elif options.command == "lint-lesson":
        from course_lib.teaching.authoring import lint

        return max([lint.main(path) for path in options.notebook])
    elif options.command == "sabotage":
        from course_lib.teaching.authoring import sabotage

        settings = {"thorough": options.thorough, "write": options.write}
        return sabotage.main(options.lessons, datasets=options.data, **settings)
    elif options.command == "site":
        from course_lib.teaching.publish import site

        site.main(options.lessons, options.out)
    else:
        from course_lib.teaching.publish import release

        release.main(options.lessons, options.out, handouts=not options.no_handouts)
    return None


def _start():
    """Run what was typed; the doctor by the course's own Python, where this is none."""
    if sys.argv[1:] == ["doctor"]:
        from course_lib import doctor

        python = doctor.course_python()
        if python:
            speak_anywhere()
            print(f"{sys.executable} is not the course's Python. Asking {python}:")
            sys.stdout.flush()
            return subprocess.run([python, "-m", "course_lib", "doctor"]).returncode
    return main()


if __name__ == "__main__":
    sys.exit(_start())
