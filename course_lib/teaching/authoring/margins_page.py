"""The page docs/MARGINS.md: a row for each claim, written by two tools, read by a test.

`make margins` fills the columns of the data sets, `make sabotage` what fells the claim.
"""

import re

from course_lib.teaching import lessons

COLUMNS = ("MNIST", "digits", "What fells it")
NOT_YET = "nothing yet"  # of a claim that no break has felled
UNKNOWN = "?"  # a cell that its tool has not been run for
LIST = "## Not yet felled"


def page(root=lessons.ROOT):
    """Return the page's path in a checkout."""
    return root / "docs" / "MARGINS.md"


def read(path):
    """Return the page's tables: {lesson's stem: {claim: {column: words}}}.

    A lesson that `make sabotage` was never run for has no last column.
    """
    tables, rows = {}, {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            rows = tables.setdefault(line[3:].strip(), {})
        elif line.startswith("| ") and not line.startswith("| Claim |"):
            claim, *cells = _cells(line)
            rows[claim] = dict(zip(COLUMNS, cells, strict=False))
    return {stem: rows for stem, rows in tables.items() if rows}


def table(stem, rows, columns=None):
    """Return a lesson's section of the page as Markdown: the columns that it has."""
    if columns is None:
        columns = [c for c in COLUMNS if any(c in row for row in rows.values())]
    rule = "|---" * (1 + len(columns)) + "|"
    lines = [f"## {stem}", "", f"| Claim | {' | '.join(columns)} |", rule]
    for claim, row in rows.items():
        cells = [claim.replace("|", "\\|"), *(row.get(c, UNKNOWN) for c in columns)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def update(path, lesson, found):
    """Write what a tool found on a lesson: {claim: {column: words}}.

    Other columns stay; claims that the lesson no longer makes go.
    """
    have = read(path)
    old = have.get(lesson.stem, {})
    rows = {
        text: {**old.get(text, {}), **found.get(text, {})}
        for text in lessons.claims(lesson)
    }
    tables = dict(sorted({**have, lesson.stem: rows}.items()))
    head = path.read_text(encoding="utf-8").split("\n## ")[0].rstrip() + "\n"
    parts = [head, *(table(*both) for both in tables.items()), _list(tables)]
    path.write_text("\n".join(parts), encoding="utf-8")


def _list(tables):
    standing = [
        f"- {stem[:2]}: {text}"
        for stem, rows in tables.items()
        for text, row in rows.items()
        if row.get(COLUMNS[-1]) in (NOT_YET, UNKNOWN)
    ]
    return "\n".join([LIST, "", *(standing or ["None."])]) + "\n"


def _cells(line):
    """Return the cells of a table's row; \\| is a bar within one."""
    cells = re.split(r"(?<!\\)\|", line.strip().strip("|"))
    return [cell.strip().replace("\\|", "|") for cell in cells]
