"""A class from end to end: a new lesson, its release, submissions, grades, feedback.

It all happens in a copy of the course, by the commands that an instructor types.
"""

import base64
import html
import io
import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
import zipfile
from pathlib import Path

import nbformat
import pytest

from course_lib.explorers.quiz import questions
from course_lib.teaching.authoring import new_lesson
from course_lib.teaching.lessons import (
    ROOT,
    cells,
    exercises,
    fenced_code,
    paths,
    split,
)
from course_lib.teaching.publish import release

pytestmark = pytest.mark.slow
LESSON = "08_sparse_autoencoders"
FIRST, SECOND, THIRD = "code-length-08", "share-active-08", "nearest-code-08"
UNUSED = (".git", ".venv", "site", "release", "*cache*", "*.egg-info", ".hypothesis")


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A copy of the course with a new lesson in it."""
    copy = tmp_path_factory.mktemp("course") / "course"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*UNUSED))
    (copy / "no data").mkdir()
    out = run(copy, "-m", "course_lib", "new-lesson", "Sparse autoencoders")
    assert f"made lesson: {copy / 'notebooks' / LESSON}.ipynb" in out
    return copy


def run(copy, *arguments, cwd=None, status=0):
    """Run Python in a copy of the course; return what it printed."""
    environment = dict(os.environ, PYTHONPATH=str(copy), COURSE_OFFLINE="1")
    environment["COURSE_DATA"] = str(copy / "no data")
    # nbgrader calls alembic by its name: as in an environment that is activated.
    environment["PATH"] = (
        f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    )
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=cwd or copy,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert done.returncode == status, done.stdout[-5000:]
    return done.stdout


@pytest.fixture(scope="module")
def released(course):
    """The release of the new lesson, made by the command."""
    out = run(course, "-m", "course_lib", "release", "08")
    for path in (course / "release").rglob("*"):
        relative = path.relative_to(course / "release").as_posix()
        assert path.is_dir() or path.name == release.RECORD or relative in out
    return course / "release"


@pytest.fixture(scope="module")
def solutions(course):
    path = course / "notebooks" / f"{LESSON}.ipynb"
    return {
        name: fenced_code(roles["solution"])[0]
        for name, roles in exercises(path).items()
    }


def nbgrader(course, *arguments):
    return run(
        course,
        *("-m", "nbgrader", *arguments),
        cwd=course / "release/instructors/nbgrader",
    )


@pytest.fixture(scope="module")
def submissions(course, released, solutions):
    """The assignment that nbgrader made, and what six students handed in, graded."""
    folder = released / "instructors/nbgrader"
    nbgrader(course, "generate_assignment", LESSON)
    assigned = folder / "release" / LESSON / f"{LESSON}.ipynb"
    students = {
        "good": solutions,
        "half": {FIRST: solutions[FIRST]},
        "wrong": {
            FIRST: "def code_length(z):\n    return z.norm()",
            SECOND: "def share_active(z, threshold):\n    return z > threshold",
            THIRD: "def nearest_code(z, z_known):\n    return z @",
        },
        "hostile": {
            FIRST: "while True: pass\ndef code_length(z):\n    while True: pass",
            SECOND: "exit()\ndef share_active(z, threshold):\n    exit()",
            THIRD: f"checks = None\n{solutions[THIRD]}",
        },
        "sly": {
            FIRST: "def code_length(z):\n    z *= z\n    return z.sum(dim=1).sqrt()",
            SECOND: "def share_active(z, threshold):\n    print('x' * 10**7)\n"
            "    return (z.abs() > threshold).float().mean(dim=1)",
            THIRD: "class checks:\n    nearest_code_08 = print\n\n\n"
            "checks.engine = checks\nnearest_code = print",
        },
        "tidy": solutions,  # hands in without the check cells
    }
    for name, answers in students.items():
        notebook = nbformat.read(assigned, as_version=4)
        for cell in notebook.cells:
            grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
            cell.source = answers.get(grade_id, cell.source)
        if name == "tidy":
            notebook.cells = [
                cell
                for cell in notebook.cells
                if not cell.metadata.get("nbgrader", {}).get("grade")
            ]
        path = folder / "submitted" / name / LESSON / f"{LESSON}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)
    nbgrader(course, "autograde", LESSON, "--GradeExercises.seconds=25")
    nbgrader(course, "generate_feedback", LESSON)
    return folder


def test_a_new_lesson_keeps_the_conventions_and_its_tests_pass(course):
    out = run(course, "-m", "course_lib", "lint-lesson", f"notebooks/{LESSON}.ipynb")
    assert "no fault" in out
    out = run(
        course,
        *("-m", "pytest", "-q", "-p", "no:cacheprovider"),
        *("tests/test_lessons.py", "tests/test_checks.py", "tests/test_quiz.py"),
        *("tests/test_exercises.py", "tests/test_layout.py"),
        *("-k", "(08 or layout or test_exercises) and not mnist"),
    )
    assert "failed" not in out
    passed = run(
        course,
        *("-m", "pytest", "-q", "--co", "tests/test_lessons.py", "-k", "08_"),
    )
    assert passed.count(f"[{LESSON}") == 3  # its form, and a run on each data set


def test_a_new_lesson_is_written_as_the_tools_write(course):
    for tool in (["check"], ["format", "--check"]):
        run(course, "-m", "ruff", *tool, "notebooks", "course_lib")


def test_a_new_lesson_overwrites_nothing(course):
    before = {p: p.read_bytes() for p in course.rglob("*") if p.suffix == ".ipynb"}
    command = ("-m", "course_lib", "new-lesson")
    out = run(course, *command, "Sparse autoencoders", status=1)
    assert f"{LESSON}.ipynb is there already; choose another title" in out
    left = course / "course_lib/checks/exercises/share_active_09.py"
    left.write_text("mine")
    out = run(course, *command, "Another", status=1)
    assert "share_active_09.py is there already, of no lesson; move it" in out
    assert left.read_text() == "mine"
    left.unlink()
    for title in ("", "  ", "10 things", "a|b", "[x](y)"):
        assert "title: got" in run(course, *command, title, status=1)
    assert before == {p: p.read_bytes() for p in course.rglob("*.ipynb")}


def test_the_next_new_lesson_gets_the_next_number(course, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(course, copy, ignore=shutil.ignore_patterns("release"))
    made = new_lesson.new_lesson("Étude: why β?", root=copy)
    assert next(iter(made)).name == "09_tude_why.ipynb"


def test_no_solution_reaches_a_student(released, solutions):
    given = [p for p in (released / "students").rglob("*") if p.is_file()]
    assert {p.suffix for p in given} == {".ipynb", ".html"}
    for path in given:
        text = path.read_text("utf-8")
        for code in solutions.values():
            for line in code.splitlines()[1:]:
                assert line.strip() not in text
                assert json.dumps(line.strip())[1:-1] not in text
        assert "Solution" not in text
    assert len(given) == 4  # the lesson and the glossary, each as notebook and page


@pytest.mark.parametrize("path", paths(), ids=lambda path: path.stem)
def test_no_cell_of_a_released_lesson_answers_an_exercise(path):
    made = release.student(nbformat.read(path, as_version=4), lambda target: target)
    given = [{line.strip() for line in cell.source.splitlines()} for cell in made.cells]
    for roles in exercises(path).values():
        (code,) = fenced_code(roles["solution"])
        answer = {line.strip() for line in code.splitlines()[1:]}
        assert not [cell for cell in given if answer <= cell]


def test_library_code_that_answers_an_exercise_is_imported_instead():
    made = release.student(nbformat.read(paths()[5], as_version=4), lambda target: None)
    given = [cell.source for cell in made.cells if "would answer" in cell.source]
    assert [source.split("  #")[0] for source in given] == [
        "# course_lib.models.VAE.reparameterize: its code would answer an exercise",
        "from course_lib.losses import kl_divergence",
        "from course_lib.losses import vae_loss",
    ]


def test_no_solution_reaches_a_student_however_it_is_hidden():
    secret = "return the_secret"
    notebook = nbformat.read(paths()[0], as_version=4)
    notebook.metadata["notes"] = secret
    for cell in notebook.cells:
        cell.metadata["note"] = secret
        cell.metadata.setdefault("course", {})["answer"] = secret
        cell.metadata["tags"] = [secret]
        coded = base64.b64encode(secret.encode()).decode()
        if cell.cell_type == "code":
            cell.execution_count = 3
            cell.outputs = [nbformat.v4.new_output("stream", text=secret)]
        else:
            cell["attachments"] = {"a.txt": {"text/plain": coded}}
        if cell.metadata["course"].get("role") == "solution":
            cell.source += secret
    made = release.student(notebook, lambda target: None)
    nbformat.validate(made)
    text = nbformat.writes(made)
    assert secret not in text
    assert coded not in text


def test_the_shipped_lessons_become_assignments():
    for path in paths():
        notebook = nbformat.read(path, as_version=4)
        made = release.assignment(notebook, lambda target: None)
        nbformat.validate(made)
        marked = [c.source for c in made.cells if "BEGIN SOLUTION" in c.source]
        assert len(marked) == len(exercises(path))
        for source, roles in zip(marked, exercises(path).values(), strict=True):
            (code,) = fenced_code(roles["solution"])
            assert (
                re.sub(r"    ### \w+ SOLUTION\n?", "", source).rstrip() == code.rstrip()
            )
            assert split(roles["attempt"])[0].splitlines()[0] == source.splitlines()[0]


def test_a_solution_unlike_its_stub_is_named():
    with pytest.raises(ValueError, match="total: wanted a stub that ends in"):
        release._marked("total", "def f(x):\n    return ...", "def f(y):\n    return y")


def test_links_lead_to_what_is_released_only():
    notebook = nbformat.read(paths()[0], as_version=4)
    notebook.cells[0].source = "[a](01_a.ipynb#b), [c](../docs/c.md), [d](https://d.e)"
    made = release.student(notebook, lambda t: t if t == "01_a.ipynb" else None)
    assert made.cells[0].source == "[a](01_a.ipynb#b), c, [d](https://d.e)"


def test_a_release_overwrites_only_what_a_release_made(tmp_path):
    release.place({"a/b.txt": b"1", "c.txt": b"2"}, tmp_path)
    release.place({"a/b.txt": b"3"}, tmp_path)
    assert (tmp_path / "a/b.txt").read_bytes() == b"3"
    (tmp_path / "c.txt").write_bytes(b"changed")
    (tmp_path / "mine.txt").write_bytes(b"mine")
    with pytest.raises(ValueError, match=r"out: .* c.txt, mine.txt\. Move them away"):
        release.place({"a/b.txt": b"4", "c.txt": b"5", "mine.txt": b"6"}, tmp_path)
    assert (tmp_path / "a/b.txt").read_bytes() == b"3"
    assert (tmp_path / "mine.txt").read_bytes() == b"mine"


def test_an_unknown_lesson_is_named(course):
    out = run(course, "-m", "course_lib", "release", "77", status=1)
    assert "lesson: got '77', wanted one of 00, 01" in out


def test_nbgraders_assignment_holds_stubs_and_locked_checks(submissions, solutions):
    path = submissions / "release" / LESSON / f"{LESSON}.ipynb"
    found = {
        cell["metadata"]["nbgrader"]["grade_id"]: cell
        for cell in cells(path)
        if "nbgrader" in cell["metadata"]
    }
    for name, code in solutions.items():
        head = code.splitlines()[0]
        assert found[name]["source"] == f"{head}\n    return ..."
        check = found[f"{name}-check"]["metadata"]
        assert check["nbgrader"]["locked"]
        assert check["nbgrader"]["points"] == 1
        assert not check["deletable"]


def test_each_submission_gets_its_points(submissions):
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{submissions / 'gradebook.db'}") as gradebook:
        points = {
            submission.student.id: {
                grade.cell.name.removesuffix("-check"): grade.score
                for grade in submission.notebooks[0].grades
            }
            for submission in gradebook.assignment_submissions(LESSON)
        }
    assert points == {
        "good": {FIRST: 1, SECOND: 1, THIRD: 1},
        "half": {FIRST: 1, SECOND: 0, THIRD: 0},
        "wrong": {FIRST: 0, SECOND: 0, THIRD: 0},
        "hostile": {FIRST: 0, SECOND: 0, THIRD: 1},
        "sly": {FIRST: 0, SECOND: 0, THIRD: 0},
        "tidy": {FIRST: 1, SECOND: 1, THIRD: 1},
    }


def test_feedback_says_what_was_wrong(submissions):
    def feedback(name):
        folder = submissions / "feedback" / name / LESSON
        return (folder / f"{LESSON}.html").read_text("utf-8")

    assert feedback("good").count("Correct. It agrees on") == 3
    assert "not attempted yet" in feedback("half")
    assert "One number came for the whole batch" in feedback("wrong")
    assert "is no Python" in feedback("wrong")
    assert "did not finish within 25 seconds" in feedback("hostile")
    assert "stopped with SystemExit" in feedback("hostile")
    assert "changes its argument z in place" in feedback("sly")
    assert "printed more than" in feedback("sly")


def test_the_answers_hold_what_an_instructor_needs(released, solutions):
    text = (released / "instructors/answers.html").read_text("utf-8")
    assert "do not hand this out" in text
    assert "sum over the batch" in text
    assert "Right:" in text
    for question in questions_of(released.parent):
        assert question["options"][0]["text"] in text


def questions_of(course):
    every = json.loads((course / "course_lib/explorers/questions.json").read_text())
    return [question for question in every if question["lesson"] == "08"]


def _typed(text):
    """Return a text with the quotation marks that a keyboard has, and no backticks."""
    return text.translate(str.maketrans("’‘“”", "''\"\"", "`"))


def test_the_questions_go_out_whole():
    numbers = [path.name[:2] for path in paths()]
    content = release.qti(numbers)
    folder = zipfile.ZipFile(io.BytesIO(content))
    (name,) = [
        n for n in folder.namelist() if re.search(r"text2qti_assessment\w+\.xml", n)
    ]
    tree = ElementTree.fromstring(folder.read(name))
    items = [node for node in tree.iter() if node.tag.endswith("}item")]
    wanted = [question for number in numbers for question in questions(number)]
    assert len(items) == len(wanted)
    for item, question in zip(items, wanted, strict=True):
        texts = [
            node.text or "" for node in item.iter() if node.tag.endswith("}mattext")
        ]
        plain = [re.sub(r"<[^>]+>", "", text) for text in texts]
        plain = [_typed(html.unescape(text).strip()) for text in plain]
        assert plain[0] == _typed(question["question"])
        for option in question["options"]:
            assert _typed(option["text"]) in plain
            assert _typed(option["explanation"]) in plain
        labels = [n for n in item.iter() if n.tag.endswith("}response_label")]
        (correct,) = [n for n, o in enumerate(question["options"]) if o["correct"]]
        scored = [
            node
            for node in item.iter()
            if node.tag.endswith("}respcondition")
            and any(child.tag.endswith("}setvar") for child in node)
        ]
        (condition,) = scored
        (answer,) = [n.text for n in condition.iter() if n.tag.endswith("}varequal")]
        assert answer == labels[correct].get("ident")
