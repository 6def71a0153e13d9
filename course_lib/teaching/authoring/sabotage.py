"""Break lessons on purpose and see which claims fall: make sabotage.

A claim that holds whatever is broken claims nothing. Each lesson is run as it is, when
all must hold, and then with each of breaks.BREAKS: a claim that comes out false is
felled. One that is never reached, since a cell before it ended in an error, is not.
"""

import sys
import time

from course_lib.teaching import lessons
from course_lib.teaching.authoring import breaks, margins_page
from course_lib.teaching.authoring.replay import bound, replay


def fitting(path, every=None):
    """Return the breaks for a lesson: those that name it, or something that it has."""
    source = "".join(cell["source"] for cell in lessons.cells(path, "code"))
    names = bound(path)

    def fits(b):
        if b.lessons:
            return path.name[:2] in b.lessons.split()
        return any(_called(n) in source if "." in n else n in names for n in b.changes)

    return [b for b in (breaks.BREAKS if every is None else every) if fits(b)]


def fell(path, *, dataset="digits", every=None, thorough=False, done=None, say=print):
    """Return what fells each claim of a lesson: {text: [names of breaks]}.

    dataset: as replay has it. every: the breaks to try, or all that fit. thorough: try
    each break to the end, even when no claim is left standing. done: what was found
    before, on another data set, to add to. say: is given a line about each run.

    Raises ValueError if a claim does not hold, or is not reached, with nothing broken.
    """
    whole = replay(path, dataset=dataset)
    if whole.errors or not all(whole.claims.values()):
        broken = [text for text, holds in whole.claims.items() if not holds]
        found = "; ".join([*broken, *map(": ".join, whole.errors.items())])
        raise ValueError(f"{path.stem} on {dataset} fails with nothing broken: {found}")
    found = {text: [] for text in lessons.claims(path)} | (done or {})
    for b in fitting(path, every):
        standing = {text for text in whole.claims if not found[text]}
        if not standing and (done or not b.always) and not thorough:
            continue
        start = time.perf_counter()
        until = None if thorough or b.always else standing
        broken = replay(path, dataset=dataset, changes=b.changes, until=until)
        fallen = [text for text, holds in broken.claims.items() if not holds]
        for text in fallen:
            found[text] = list(dict.fromkeys([*found[text], b.name]))
        wanted = until or whole.claims.keys()
        counts = f"{len(fallen)} fall, {len(wanted - broken.claims.keys())} not reached"
        seconds = time.perf_counter() - start
        say(f"{path.stem[:2]}, {dataset}, {b.name}: {counts}, {seconds:.0f} s")
        for cell, error in broken.errors.items():
            say(f"    {cell}: {error}")
    return found


def main(words, *, datasets=("digits",), thorough=False, write=False):
    """Print the table of the lessons that words name; return 1 if a claim still stands.

    datasets: the second and further ones are tried on what the first leaves standing.
    write: put the column into docs/MARGINS.md too.
    """
    left = 0
    for path in lessons.named(words):
        found = None
        for dataset in datasets:
            if found is None or not all(found.values()):
                found = fell(
                    path, dataset=dataset, thorough=thorough, done=found, say=_say
                )
        column = margins_page.COLUMNS[-1]
        rows = {text: {column: _told(names)} for text, names in found.items()}
        if write:
            margins_page.update(margins_page.page(), path, rows)
        print(f"## {path.stem}\n\n{margins_page.table(rows, (column,))}", flush=True)
        left += sum(not names for names in found.values())
    print(f"{left} claims that nothing felled.")
    return int(left > 0)


def _told(names):
    return ", ".join(names) or margins_page.NOT_YET


def _called(name):
    """Return how a lesson calls what a change replaces: the last two of its names."""
    return ".".join(name.split(".")[-2:])


def _say(line):
    print(line, file=sys.stderr, flush=True)
