"""The page docs/MARGINS.md: a row for each claim, written by two tools, read by a test.

`make margins` fills the columns of the data sets, `make sabotage` what fells the claim.
"""

import re

from course_lib.teaching import lessons

COLUMNS = ("MNIST", "digits", "What fells it")
NOT_YET = "nothing yet"  # of a claim that no break has felled
UNKNOWN = "?"  # a cell that its tool has not been run for


def page(root=lessons.ROOT):
    """Return the page's path in a checkout."""
    return root / "docs" / "MARGINS.md"


def read(path):
    """Return the page's tables: {lesson's stem: {claim: {column: words}}}.

    A table may lack the last column: `make sabotage` was then never run for it.
    """
    return {stem: _rows(words) for stem, words in _sections(path)[1].items()}


def table(rows, columns=None):
    """Return {claim: {column: words}} as Markdown: some columns, or those it has."""
    if columns is None:
        columns = [c for c in COLUMNS if any(c in row for row in rows.values())]
    lines = [f"| Claim | {' | '.join(columns)} |", "|---" * (1 + len(columns)) + "|"]
    for claim, row in rows.items():
        cells = [claim.replace("|", "\\|"), *(row.get(c, UNKNOWN) for c in columns)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def update(path, lesson, found):
    """Write what a tool found on a lesson: {claim: {column: words}}.

    Other columns stay, and so do words beside the table; claims that the lesson no
    longer makes go.
    """
    head, sections = _sections(path)
    words = sections.get(lesson.stem, "")
    old = _rows(words)
    rows = {
        text: {**old.get(text, {}), **found.get(text, {})}
        for text in lessons.claims(lesson)
    }
    beside = [line for line in words.splitlines() if not line.startswith("|")]
    beside = "\n".join(beside).strip()
    sections[lesson.stem] = f"{beside}\n\n{table(rows)}" if beside else table(rows)
    parts = [f"## {stem}\n\n{words}" for stem, words in sorted(sections.items())]
    path.write_text("\n".join([head, *parts]), encoding="utf-8")


def _sections(path):
    """Return the page's head and its lessons' sections, {stem: words}."""
    head, *sections = path.read_text(encoding="utf-8").split("\n## ")
    parts = [section.partition("\n") for section in sections]
    return f"{head.rstrip()}\n", {s: f"{words.strip()}\n" for s, _, words in parts}


def _rows(words):
    """Return the rows of the table in a section."""
    rows = {}
    for line in words.splitlines():
        if line.startswith("| ") and not line.startswith("| Claim |"):
            claim, *cells = _cells(line)
            rows[claim] = dict(zip(COLUMNS, cells, strict=False))
    return rows


def _cells(line):
    """Return the cells of a table's row; \\| is a bar within one."""
    cells = re.split(r"(?<!\\)\|", line.strip().strip("|"))
    return [cell.strip().replace("\\|", "|") for cell in cells]
