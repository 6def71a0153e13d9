"""The conventions of a lesson's form, each a rule that yields what breaks it.

A rule takes a lesson's path and cells; it yields (cell, or None for the whole notebook,
and what is wrong and how to mend it). Its name is the name of the fault.
"""

import ast
import json
import re
from collections import Counter

from course_lib.explorers import quiz

LINES, WIDTH = 25, 88  # of a code cell
OPENING = ("After this lesson", "You need", "It takes", "Running it all")
WORDS_A_MINUTE, LINES_A_MINUTE = 200, 20  # of text and of code
EXERCISE, PLAY = 4, 5  # minutes for each exercise, and for the explorer
LONGER = 1.15  # a right option at most, as a multiple of the longest wrong one


def _code(cells):
    return [cell for cell in cells if cell["cell_type"] == "code"]


def _tree(cell):
    try:
        return ast.parse(cell["source"])
    except SyntaxError:
        return ast.parse("")  # the rule `syntax` tells it


def _calls(cell):
    """Return a code cell's calls as (the function's dotted name, the call)."""
    found = [node for node in ast.walk(_tree(cell)) if isinstance(node, ast.Call)]
    return [(ast.unparse(node.func), node) for node in found]


def file_name(path, cells):
    """Files are NN_words.ipynb, and no two lessons have one number."""
    if not re.fullmatch(r"\d\d_[a-z0-9]+(_[a-z0-9]+)*\.ipynb", path.name):
        yield None, f"its name is {path.name}; wanted two digits and words, 08_my_words"
    twins = [p.name for p in path.parent.glob(f"{path.name[:2]}_*.ipynb")]
    if len(twins) > 1:
        yield None, f"{' and '.join(sorted(twins))} have one number; rename one"


def stripped(path, cells):
    """Lessons are committed without outputs; `make format` strips them."""
    for cell in _code(cells):
        if cell["outputs"] or cell["execution_count"] is not None:
            yield cell, "it holds outputs; strip them with `make format`"
    for cell in cells:
        if cell.get("attachments"):
            yield cell, "it holds an attached file; draw the picture in a code cell"
        if extra := cell["metadata"].keys() - {"tags", "course"}:
            yield cell, f"its metadata hold {', '.join(sorted(extra))}; remove that"


def kernel(path, cells):
    """Any machine's kernel is python3, and nothing else is recorded."""
    metadata = json.loads(path.read_text(encoding="utf-8"))["metadata"]
    if metadata.get("kernelspec", {}).get("name") != "python3":
        yield None, "its kernel is not python3; choose Python 3 (ipykernel) and save"
    if extra := metadata.keys() - {"kernelspec", "language_info"}:
        yield None, f"its metadata hold {', '.join(sorted(extra))}; remove that"


def ids(path, cells):
    """Cell ids are unique, so that changes can be followed."""
    for name, count in Counter(cell["id"] for cell in cells).items():
        if count > 1:
            last = [cell for cell in cells if cell["id"] == name][-1]
            yield last, f"{count} cells have the id {name}; give this one another"


def opening(path, cells):
    """The first cell says what a student wants to know."""
    first, number = cells[0], path.name[:2]
    if not first["source"].startswith(f"# {number} · "):
        yield first, f"begin the lesson with its title: # {number} · Title"
    for words in OPENING:
        if f"**{words}" not in first["source"]:
            yield first, f"say here **{words}** …"


def _said(cells):
    """Return the minutes that the first cell promises, or None."""
    said = re.search(r"It takes\W+about\s+(\d+)\s+minutes", cells[0]["source"])
    return said and int(said[1])


def reading_time(path, cells):
    """The minutes that the first cell promises are those that the lesson asks for."""
    texts = [cell["source"] for cell in cells if cell["cell_type"] == "markdown"]
    prose = re.sub(r"(\$\$?)[^$]+\1", "formula", " ".join(texts))
    lines = [line for cell in _code(cells) for line in cell["source"].splitlines()]
    needed = len(prose.split()) / WORDS_A_MINUTE + PLAY
    needed += sum(bool(line.strip()) for line in lines) / LINES_A_MINUTE
    roles = [cell["metadata"].get("course", {}).get("role") for cell in cells]
    needed += EXERCISE * roles.count("prompt")
    said = _said(cells)
    if said is None or abs(said - needed) > max(5, needed / 5):
        yield (
            cells[0],
            f"by its words, code and exercises it takes about {needed:.0f} minutes; "
            f"the first cell says {said or 'no number'}: write {needed:.0f} there, and "
            "in its row in README.md",
        )


def one_title(path, cells):
    """One heading of the first rank a lesson: the title."""
    for cell in cells[1:]:
        outside = re.sub(r"```.*?```", "", cell["source"], flags=re.DOTALL)
        if cell["cell_type"] == "markdown" and re.search(r"^# ", outside, re.M):
            yield cell, "a second title; begin sections with ##"


def syntax(path, cells):
    """Code is plain Python: it compiles, and needs no magics."""
    for cell in _code(cells):
        source = cell["source"]
        if magic := re.search(r"^\s*[!%].*", source, re.MULTILINE):
            yield cell, f"{magic[0].strip()!r} is no Python; leave magics and ! out"
            continue
        try:
            ast.parse(source)
        except SyntaxError as error:
            yield cell, f"line {error.lineno} is no Python: {error.msg}"


def short(path, cells):
    """Cells fit a screen: one idea each."""
    for cell in _code(cells):
        lines = cell["source"].splitlines()
        if len(lines) > LINES:
            yield cell, f"{len(lines)} lines, wanted at most {LINES}; split the cell"
        if (longest := max(map(len, lines), default=0)) > WIDTH:
            yield cell, f"a line of {longest} characters, wanted at most {WIDTH}"
        if cell["source"].rstrip().endswith(";"):
            yield cell, "a trailing ; hides nothing from nbval; end with plt.show()"


def imports(path, cells):
    """Imports stand in the first code cell, each name explicit."""
    for number, cell in enumerate(_code(cells)):
        for node in ast.walk(_tree(cell)):
            if isinstance(node, ast.Import | ast.ImportFrom):
                if number:
                    yield cell, "an import; move it to the first code cell"
                if any(alias.name == "*" for alias in node.names):
                    yield cell, "import *; name what you import"


def seed(path, cells):
    """The first code cell sets SEED = 0, which tests and students change."""
    seeds = [c for c in _code(cells) if re.search(r"^SEED = ", c["source"], re.M)]
    wanted = [] if path.name.startswith("00") else _code(cells)[:1]
    if seeds != wanted or not all("SEED = 0" in cell["source"] for cell in seeds):
        yield (seeds or [None])[-1], "set SEED = 0 once, in the first code cell"


def figures(path, cells):
    """A figure carries words for those who cannot see it, and is shown."""
    for cell in _code(cells):
        drawn = [(n, c) for n, c in _calls(cell) if re.match(r"(plots|plt)\.", n)]
        names = {name for name, _ in drawn}
        if not names or names == {"plt.show"}:
            continue
        if not any(k.arg == "alt" for _, call in drawn for k in call.keywords):
            yield cell, 'a figure without words; give its function alt="…"'
        if "plt.show" not in names:
            yield cell, "a figure that is not shown; end the cell with plt.show()"


def claims(path, cells):
    """A lesson proves what it says: five claims at least, each of which could fail."""
    made = [(c, call) for c in _code(cells) for n, call in _calls(c) if n == "claim"]
    least = 1 if path.name.startswith("00") else 5
    if len(made) < least:
        yield None, f"{len(made)} claims, wanted {least}; measure what the text says"
    for cell, call in made:
        given = {
            **dict(enumerate(call.args)),
            **{k.arg: k.value for k in call.keywords},
        }
        if isinstance(given.get(1, given.get("holds")), ast.Constant):
            yield cell, "a claim that cannot fail; give it what was measured"
        if "measured" not in given:
            yield cell, 'a claim without its figure; add measured="…"'


def _questions(path):
    every = json.loads(quiz.QUESTIONS.read_text(encoding="utf-8"))
    return [question for question in every if question["lesson"] == path.name[:2]]


def closing(path, cells):
    """A lesson ends on its quiz of three questions and its recap."""
    number = path.name[:2]
    asked = [n for c in _code(cells) for n, call in _calls(c) if n == "Quiz" and
             [ast.literal_eval(a) for a in call.args] == [number]]  # fmt: skip
    if len(asked) != 1:
        yield None, f'ask its questions once, with Quiz("{number}")'
    have = len(_questions(path))
    if have != 3:
        yield None, f"{have} questions in questions.json for {number}, wanted 3"
    if not cells[-1]["source"].startswith("## Recap"):
        yield cells[-1], "wanted the recap last, in a cell that begins with ## Recap"


def option_lengths(path, cells):
    """No right option is given away by its length: it is the longest once at most."""
    longest = []
    for question in _questions(path):
        lengths = {True: 0, False: 0}
        for option in question["options"]:
            correct = option["correct"]
            lengths[correct] = max(lengths[correct], len(option["text"]))
        right, wrong = lengths[True], lengths[False]
        longest += [question["id"]] if right > wrong else []
        if right > LONGER * wrong:
            yield (
                None,
                f"the right option of question {question['id']} has {right} "
                f"characters, the longest wrong one {wrong}: it gives itself away; "
                f"wanted at most {LONGER} times as many",
            )
    if len(longest) > 1:
        yield (
            None,
            f"the right option is the longest in {len(longest)} questions, "
            f"{' and '.join(longest)}, wanted one at most; make a wrong one longer",
        )


def links(path, cells):
    """Links between files lead somewhere, from where the notebook lies."""
    for cell in cells:
        if cell["cell_type"] == "markdown":
            for target in re.findall(r"\]\(([^)#\s]+)", cell["source"]):
                there = re.match(r"[a-z]+:", target) or (path.parent / target).exists()
                if not there:
                    yield cell, f"the link to {target} leads nowhere"


def folded(path, cells):
    """Every <details> is closed, and its Markdown stands on lines of its own."""
    for cell in cells:
        if cell["cell_type"] == "markdown":
            text = cell["source"]
            if text.count("<details>") != text.count("</details>"):
                yield cell, "a <details> without its </details>, or the other way"
            elif re.search(r"</summary>\n?[^\n]", text):
                yield (
                    cell,
                    "leave a line free after </summary> for Markdown",
                )


def listed(path, cells):
    """The README's table lists every lesson, with the first cell's minutes."""
    readme = path.parents[1] / "README.md"
    text = readme.read_text(encoding="utf-8") if readme.exists() else ""
    rows = [row for row in text.splitlines() if f"(notebooks/{path.name})" in row]
    if not rows:
        yield None, "README.md does not list it; add a row to its table of lessons"
    elif (said := _said(cells)) and f"| {said} min |" not in rows[0]:
        yield None, f"its row in README.md gives another time than {said} min"
