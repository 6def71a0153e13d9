"""Read lessons: their cells, and their exercises' prompts, stubs and solutions."""

import ast
import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GLOSSARY = ROOT / "notebooks" / "glossary.ipynb"
CHECK = "-check"  # ends the name of an exercise's check where nbgrader grades it


def paths(root=ROOT):
    """Return the lessons of a checkout of the course, in order.

    Raises ValueError if there are none: course_lib then runs apart from its checkout.
    """
    found = sorted((Path(root) / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    if not found:
        raise ValueError(
            f"root: there are no lessons in {Path(root) / 'notebooks'}; run this from "
            "a checkout of the course"
        )
    return found


def named(words, root=ROOT):
    """Return the lessons that words name, such as "03" or a path; all without any.

    Raises ValueError for a word that names none or several.
    """
    lessons, chosen = paths(root), []
    for word in words:
        found = [path for path in lessons if path.name.startswith(Path(word).name)]
        if len(found) != 1:
            have = ", ".join(path.name[:2] for path in lessons)
            raise ValueError(f"lesson: got {word!r}, wanted one of {have}")
        chosen += found
    return chosen or lessons


def cells(path, kind=None):
    """Return a lesson's cells, their sources joined, of one kind or of both."""
    found = json.loads(Path(path).read_text(encoding="utf-8"))["cells"]
    for cell in found:
        cell["source"] = "".join(cell["source"])
    return [cell for cell in found if kind in (None, cell["cell_type"])]


def claims(path):
    """Return the texts of a lesson's claims in order.

    Raises ValueError where one is not written out as text, so that no table can name
    it.
    """
    found = []
    for cell in cells(path, "code"):
        calls = [n for n in ast.walk(ast.parse(cell["source"])) if _is_claim(n)]
        for call in sorted(calls, key=lambda call: call.lineno):
            if not isinstance(call.args[0], ast.Constant):
                raise ValueError(
                    f"claim: got {ast.unparse(call.args[0])} in {Path(path).name}, "
                    "wanted its words as they stand"
                )
            found.append(call.args[0].value)
    return found


def _is_claim(node):
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "claim"


def exercises(path):
    """Return a lesson's exercises in order: {name: {role: source}}."""
    found = {}
    for cell in cells(path):
        if course := cell["metadata"].get("course"):
            found.setdefault(course["exercise"], {})[course["role"]] = cell["source"]
    return found


def fenced_code(markdown):
    """Return the Python blocks of a markdown text."""
    return re.findall(r"^```python\n(.*?)^```", markdown, re.MULTILINE | re.DOTALL)


def split(attempt):
    """Return an attempt cell as its stub, its check (a call) and the function's name.

    Raises ValueError unless it ends in checks.<exercise>(<function>).
    """
    try:
        last = ast.parse(attempt).body[-1]
        function = last.value.args[0].id
        right = ast.unparse(last.value.func).startswith("checks.")
    except (SyntaxError, IndexError, AttributeError):
        right = False
    if not right:
        raise ValueError(
            "attempt: wanted checks.<exercise>(<function>) as its last line"
        )
    lines = attempt.splitlines()
    stub = "\n".join(lines[: last.lineno - 1]).rstrip()
    return stub, "\n".join(lines[last.lineno - 1 :]), function
