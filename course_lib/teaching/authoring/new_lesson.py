"""Begin a new lesson: a notebook that runs, with exercises and questions of its own."""

import json
import re
from pathlib import Path

from course_lib.teaching import lessons

TEMPLATE = Path(__file__).parent / "template"
TO_DO = """\
It runs, and its tests pass. Now make it yours:
- replace what says "Replace", cell by cell, and the sample exercises and questions;
- add it to the map of lessons in notebooks/00_start_here.ipynb;
- look at it: make lab; then: python -m course_lib lint-lesson {notebook}; make test."""


def new_lesson(title, root=lessons.ROOT):
    """Write a new lesson with the next number; return the files made and changed.

    It makes the notebook and its exercises, a file each, and adds three questions to
    the question bank and a row to the README's table. Returns {path: what it is}.

    Raises ValueError on a title without words, and if the lesson or a file is there
    already; then nothing is written.
    """
    root = Path(root)
    words = re.findall(r"[a-z0-9]+", title.lower()) if title.isprintable() else []
    if not words or not words[0][0].isalpha() or set(title) & set("|[]`$\\"):
        raise ValueError(f"title: got {title!r}, wanted words, the first of letters")
    slug, number = "_".join(words), int(lessons.paths(root)[-1].name[:2]) + 1
    if number > 99:
        raise ValueError("title: there are 99 lessons, and two digits have no more")
    name = f"{number:02d}_{slug}.ipynb"
    notebook = root / "notebooks" / name
    for path in lessons.paths(root):
        if path.stem[3:] == slug:
            raise ValueError(f"title: {path} is there already; choose another title")
    folder = root / "course_lib" / "checks" / "exercises"
    samples = {
        folder / f"{sample.stem}_{number:02d}.py": sample.name
        for sample in sorted(TEMPLATE.glob("*.txt"))
    }
    for path in samples:
        if path.exists():
            raise ValueError(f"{path} is there already, of no lesson; move it away")

    def filled(file):
        text = (TEMPLATE / file).read_text(encoding="utf-8")
        text = text.replace("NUMBER", f"{number:02d}")
        return text.replace("TITLE", json.dumps(title, ensure_ascii=False)[1:-1])

    bank = root / "course_lib" / "explorers" / "questions.json"
    questions = json.loads(bank.read_text(encoding="utf-8"))
    questions += json.loads(filled("questions.json"))
    readme = root / "README.md"
    row = f"| {number:02d} | [{title}](notebooks/{name}) | Replace: its question? "
    row += "| 25 min | |"
    texts = {
        notebook: filled("lesson.ipynb"),
        **{path: filled(sample) for path, sample in samples.items()},
        bank: json.dumps(questions, indent=2, ensure_ascii=False) + "\n",
        readme: _with_row(readme.read_text(encoding="utf-8"), row),
    }
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
    kinds = {notebook: "lesson", bank: "questions", readme: "row"}
    return {path: kinds.get(path, "exercise") for path in texts}


def _with_row(readme, row):
    lines = readme.splitlines()
    last = [
        n for n, line in enumerate(lines) if "](notebooks/" in line and line[0] == "|"
    ]
    if not last:
        raise ValueError("README.md has no table of lessons to add a row to")
    lines.insert(last[-1] + 1, row)
    return "\n".join(lines) + "\n"


def main(title):
    """Make a lesson, and print what was made, where, and what comes next."""
    made = new_lesson(title)
    for path, what in made.items():
        verb = "added" if what in ("questions", "row") else "made"
        print(f"{verb} {what}: {path}")
    print(TO_DO.format(notebook=next(iter(made))))
