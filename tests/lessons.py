"""Read the lessons for the tests."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PATHS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))


def cells(path, kind=None):
    """Return a lesson's cells, their sources joined, of one kind or of both."""
    found = json.loads(path.read_text(encoding="utf-8"))["cells"]
    for cell in found:
        cell["source"] = "".join(cell["source"])
    return [cell for cell in found if kind in (None, cell["cell_type"])]


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
