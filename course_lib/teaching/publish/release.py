"""Make what a class is given and what its instructor keeps: make release.

release/students     the lessons without solutions: notebooks, and handouts to read
release/instructors  nbgrader's course, the answers, and the quizzes' questions as QTI
"""

import copy
import hashlib
import json
import re
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from text2qti.config import Config
from text2qti.qti import QTI
from text2qti.quiz import Quiz

from course_lib import checks
from course_lib.explorers import quiz
from course_lib.teaching import lessons
from course_lib.teaching.publish.pages import SiteExporter, execute

CONFIG = Path(__file__).with_name("nbgrader_config.py")
RECORD = "made.json"  # what a release made, so that the next may overwrite just that
LINK = re.compile(r"\[([^\]]+)\]\(([^)#\s]+)(#[^)\s]*)?\)")


def student(notebook, link):
    """Return a lesson as students get it: no solution, output or attached file.

    link(path) says where a link to a file leads to, or returns None to leave its words
    alone. What is kept of a cell is named here, so that nothing else can slip through.
    """
    made = new_notebook(metadata=_only(notebook.metadata, "kernelspec"))
    for cell in notebook.cells:
        course = _only(cell.metadata.get("course", {}), "exercise", "role", "points")
        if course.get("role") == "solution":
            continue
        kept = {"id": cell.id, "metadata": {"course": course} if course else {}}
        if cell.cell_type == "code":
            made.cells.append(new_code_cell(_unanswered(cell), **kept))
        else:
            source = LINK.sub(lambda found: _linked(found, link), cell.source)
            made.cells.append(new_markdown_cell(source, **kept))
    return made


def _unanswered(cell):
    """Return a code cell's source; of library code tagged `answers:`, only its name."""
    for tag in cell.metadata.get("tags", []):
        if tag.startswith("answers:"):
            place, _, name = tag.replace("answers:", "course_lib.").rpartition(".")
            why = "its code would answer an exercise"
            if place.count(".") > 1:  # a method, which no later cell calls by itself
                return f"# {place}.{name}: {why}"
            return f"from {place} import {name}  # {why}"
    return cell.source


def _only(metadata, *keys):
    return {key: copy.deepcopy(metadata[key]) for key in keys if key in metadata}


def _linked(found, link):
    words, target, place = found[1], found[2], found[3] or ""
    if re.match(r"[a-z]+:", target):
        return found[0]
    leads = link(target)
    return f"[{words}]({leads}{place})" if leads else words


def assignment(notebook, link):
    """Return a lesson as nbgrader's source: solutions marked, checks locked.

    Raises ValueError for a solution that does not begin as its stub does.
    """
    code = _solutions(notebook)
    made = student(notebook, link)
    cells = []
    for cell in made.cells:
        course = cell.metadata.pop("course", {})
        if course.get("role") != "attempt":
            cells.append(cell)
            continue
        name = course["exercise"]
        stub, call, _ = lessons.split(cell.source)
        marked = _marked(name, stub, lessons.fenced_code(code[name])[0])
        check = f"from course_lib import checks\n\n{call}"
        cells += [
            new_code_cell(marked, id=cell.id, metadata=_nbgrader(name)),
            new_code_cell(
                check,
                id=f"{cell.id}-check",
                metadata=_nbgrader(name + lessons.CHECK, course.get("points", 1)),
            ),
        ]
    made.cells = cells
    return made


def _solutions(notebook):
    """Return the sources of a lesson's solution cells by their exercise."""
    found = [(cell.metadata.get("course", {}), cell.source) for cell in notebook.cells]
    return {c["exercise"]: text for c, text in found if c.get("role") == "solution"}


def _marked(name, stub, solution):
    """Return a solution with its body between the marks that nbgrader looks for."""
    head, found, _ = stub.rpartition("    return ...")
    if not found or not solution.startswith(head):
        raise ValueError(
            f"{name}: wanted a stub that ends in `return ...` and a solution that "
            "begins as the stub does"
        )
    body = solution.removeprefix(head).rstrip()
    return f"{head}    ### BEGIN SOLUTION\n{body}\n    ### END SOLUTION"


def _nbgrader(grade_id, points=None):
    role = {"grade_id": grade_id, "schema_version": 3, "task": False}
    if points is None:
        return {"nbgrader": role | {"solution": True, "grade": False, "locked": False}}
    role |= {"solution": False, "grade": True, "locked": True, "points": points}
    return {"nbgrader": role}


def answers(paths):
    """Return the answer key of lessons as a notebook: solutions, mistakes, quizzes."""
    parts = ["# Answers\n\n**For instructors: do not hand this out.**"]
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        parts.append(f"## Lesson {path.stem[:2]}: {_title(notebook)}")
        code = _solutions(notebook)
        for cell in notebook.cells:
            course = cell.metadata.get("course", {})
            if course.get("role") == "prompt":
                name = course["exercise"]
                text = code[name].split("</summary>")[1].rsplit("</details>")[0]
                parts += [
                    _without_hint(cell.source),
                    f"#### Solution\n\n{text.strip()}",
                ]
                parts.append(_mistakes(name))
        parts += [_question(question) for question in quiz.questions(path.stem[:2])]
    return new_notebook(cells=[new_markdown_cell(part) for part in parts])


def _title(notebook):
    return notebook.cells[0].source.splitlines()[0].split(" · ")[1]


def _without_hint(prompt):
    return re.sub(r"<details>.*?</details>", "", prompt, flags=re.DOTALL).strip()


def _mistakes(name):
    rows = [
        f"| {mistake.name} | {mistake.message.replace('|', chr(92) + '|')} |"
        for mistake in checks.EXERCISES[name].mistakes
    ]
    head = f"Mistakes that `checks.{name.replace('-', '_')}` names:\n\n"
    return head + "\n".join(
        ["| Mistake | What the student reads |", "|---|---|", *rows]
    )


def _question(question):
    options = [
        f"- **{'Right' if option['correct'] else 'Wrong'}:** {option['text']} "
        f"*{option['explanation']}*"
        for option in question["options"]
    ]
    return "\n".join([f"**Quiz:** {question['question']}", "", *options])


def qti(numbers):
    """Return the questions of lessons as a QTI 1.2 package, the bytes of a zip file."""
    parts = ["Quiz title: Autoencoders: the quizzes", "shuffle answers: true"]
    for question in (q for number in numbers for q in quiz.questions(number)):
        parts += ["", f"Title: Lesson {question['lesson']}: {question['id']}"]
        parts += ["Points: 1", f"1. {_markdown(question['question'])}"]
        for letter, option in zip("abcdef", question["options"], strict=False):
            mark = "*" if option["correct"] else ""
            parts.append(f"{mark}{letter}) {_markdown(option['text'])}")
            parts.append(f"... {_markdown(option['explanation'])}")
    text = "\n".join(parts) + "\n"
    return QTI(Quiz(text, config=Config(), source_name="questions")).zip_bytes()


def _markdown(text):
    """Return a question's text, which has only `code`, as Markdown that says it."""
    parts = text.split("`")
    parts[::2] = [re.sub(r"([*_^~$\\\[\]#+.!-])", r"\\\1", part) for part in parts[::2]]
    return "`".join(parts)


def build(paths, *, handouts=True):
    """Return the files of a release, {path within it: bytes}, and tell the progress."""
    names, files = {path.name for path in paths}, {}
    glossary = lessons.GLOSSARY
    pages = {path.with_suffix(".html").name for path in [*paths, glossary]}
    exporter = SiteExporter(pages=pages)

    def beside(target):
        return target if Path(target).name in {*names, glossary.name} else None

    def assigned(target):
        name = Path(target).name
        return f"../{Path(name).stem}/{name}" if name in names else None

    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        given = student(notebook, beside)
        files[f"students/notebooks/{path.name}"] = _text(nbformat.writes(given))
        source = nbformat.writes(assignment(notebook, assigned))
        place = f"instructors/nbgrader/source/{path.stem}/{path.name}"
        files[place] = _text(source)
        if handouts:
            print(f"{path.name}: running it for the handout …", flush=True)
            ran = execute(given, path.parent)
            page = exporter.page(ran, folder=path.parent, home=False)
            name = f"students/handouts/{path.with_suffix('.html').name}"
            files[name] = page.encode()
    words = student(nbformat.read(glossary, as_version=4), beside)
    files[f"students/notebooks/{glossary.name}"] = _text(nbformat.writes(words))
    if handouts:
        page = exporter.page(words, folder=glossary.parent, home=False)
        files["students/handouts/glossary.html"] = page.encode()
    files["instructors/nbgrader/nbgrader_config.py"] = CONFIG.read_bytes()
    page = SiteExporter().page(answers(paths), folder=lessons.ROOT, home=False)
    files["instructors/answers.html"] = page.encode()
    files["instructors/questions-qti.zip"] = qti([path.name[:2] for path in paths])
    return files


def _text(text):
    return (text.rstrip("\n") + "\n").encode()


def place(files, out):
    """Write files to a folder, none if one would overwrite what no release made.

    Raises ValueError naming the files that are in the way: made by someone else, or
    changed since.
    """
    record = out / RECORD
    made = json.loads(record.read_text("utf-8")) if record.exists() else {}
    foreign = [
        name
        for name in files
        if (out / name).exists()
        and _digest((out / name).read_bytes()) != made.get(name)
    ]
    if foreign:
        raise ValueError(
            f"out: in {out} these were changed, or made by something else: "
            f"{', '.join(foreign)}. Move them away, or choose another folder: --out …"
        )
    for name, content in files.items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_bytes(content)
        made[name] = _digest(content)
    record.write_text(json.dumps(made, indent=1, sort_keys=True) + "\n", "utf-8")


def _digest(content):
    return hashlib.sha256(content).hexdigest()


def main(words, out=None, *, handouts=True):
    """Release the lessons that words name, all without any, and print what was made.

    out: a folder, by default release/. handouts: whether to run the lessons for them.
    """
    paths, out = lessons.named(words), out or lessons.ROOT / "release"
    files = build(paths, handouts=handouts)
    place(files, out)
    print(f"Made in {out}, for lessons {', '.join(p.name[:2] for p in paths)}:")
    for name, content in files.items():
        print(f"  {name} ({len(content) / 1000:,.0f} kB)")
    print("Hand out students/ alone; instructors/ holds the solutions.")
