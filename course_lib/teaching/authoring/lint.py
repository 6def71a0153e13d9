"""Lint a lesson: say, cell by cell, what breaks a convention and how to mend it."""

import json
from dataclasses import dataclass
from pathlib import Path

import nbformat

from course_lib.teaching import lessons
from course_lib.teaching.authoring import behaviour, rules

RULES = (
    rules.file_name,
    rules.kernel,
    rules.ids,
    rules.opening,
    rules.reading_time,
    rules.one_title,
    rules.stripped,
    rules.syntax,
    rules.short,
    rules.imports,
    rules.seed,
    rules.figures,
    rules.claims,
    rules.closing,
    rules.option_lengths,
    rules.links,
    rules.folded,
    behaviour.taught,
    behaviour.exercises,
    rules.listed,
)


@dataclass(frozen=True)
class Fault:
    """A broken convention: the rule's name, what is wrong and how to mend it.

    cell: "cell 3 (data)", its place from 1 and its id, or "the notebook".
    """

    rule: str
    cell: str
    message: str

    def __str__(self):
        return f"{self.cell}: {self.message} [{self.rule}]"


def faults(path):
    """Return the Faults of a lesson, in the order of its cells.

    Raises ValueError if there is no such file.
    """
    path = Path(path)
    if not path.is_file():
        raise ValueError(f"notebook: there is no file {path}")
    if why := _unreadable(path):
        return [Fault("readable", "the notebook", why)]
    every = lessons.cells(path)
    places = {id(cell): number for number, cell in enumerate(every, 1)}
    found = []
    for rule in RULES:
        for cell, message in rule(path, every):
            place = places.get(id(cell), 0)
            name = f"cell {place} ({cell['id']})" if place else "the notebook"
            found.append((place, Fault(rule.__name__, name, message)))
    return [fault for _, fault in sorted(found, key=lambda pair: pair[0])]


def _unreadable(path):
    try:
        nbformat.validate(json.loads(path.read_text(encoding="utf-8")))
        nbformat.read(path, as_version=4)
    except (ValueError, nbformat.ValidationError) as error:
        return f"not a valid notebook: {str(error).splitlines()[0]}"
    return None


def main(path):
    """Print a lesson's faults; return the exit status."""
    found = faults(path)
    for fault in found:
        print(fault)
    many = "no fault" if not found else f"{len(found)} fault{'s' * (len(found) > 1)}"
    print(f"{path}: {many} by {len(RULES)} rules.")
    return 1 if found else 0
