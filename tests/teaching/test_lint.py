"""The lint of lessons: it finds each planted fault, where it is, and nothing else."""

import json
import re
import shutil

import pytest

from course_lib.__main__ import main
from course_lib.explorers import quiz
from course_lib.teaching.authoring import behaviour, lint
from course_lib.teaching.lessons import ROOT, paths, split

NAME = "01_autoencoder_basics.ipynb"


@pytest.fixture
def lesson(tmp_path):
    """A function that plants a fault in a copy of lesson 01 and lints it."""
    folder = tmp_path / "notebooks"
    shutil.copytree(
        ROOT / "notebooks", folder, ignore=lambda *_: [".ipynb_checkpoints"]
    )
    shutil.copy(ROOT / "README.md", tmp_path)

    def planted(plant, name=NAME):
        notebook = json.loads((folder / NAME).read_text("utf-8"))
        for cell in notebook["cells"]:
            cell["source"] = "".join(cell["source"])
        plant(notebook)
        path = folder / name
        if name != NAME:
            (folder / NAME).unlink()
        path.write_text(json.dumps(notebook), "utf-8")
        return lint.faults(path)

    return planted


def cell(notebook, words, kind="code"):
    """Return the first cell that holds some words."""
    return next(
        c for c in notebook["cells"] if words in c["source"] and c["cell_type"] == kind
    )


def changed(words, old, new, kind="code"):
    """Return a plant: in the first cell that holds some words, new for old."""

    def plant(notebook):
        found = cell(notebook, words, kind)
        assert old in found["source"]
        found["source"] = found["source"].replace(old, new)

    return plant


def added(words, line, kind="code"):
    """Return a plant: one more line at the end of the first cell with some words."""

    def plant(notebook):
        cell(notebook, words, kind)["source"] += "\n" + line

    return plant


def of_cell(words, kind="code", **values):
    """Return a plant: other values of the first cell that holds some words."""
    return lambda notebook: cell(notebook, words, kind).update(values)


def without(role):
    """Return a plant: the first cell of a role is missing."""

    def plant(notebook):
        found = [c for c in notebook["cells"] if role in str(c["metadata"])]
        notebook["cells"].remove(found[0])

    return plant


def same_ids(notebook):
    notebook["cells"][3]["id"] = notebook["cells"][1]["id"]


FIT, LOAD, ATTEMPT = "fit(", "data.load(", "def squared_error(x_hat"
FAULTS = {
    "another title": ("opening", changed("# 01 ·", "# 01 ·", "# 1:", "markdown")),
    "no time": ("opening", changed("# 01 ·", "**It takes**", "It takes", "markdown")),
    "a time that is too short": (
        "reading_time",
        changed("# 01 ·", "about 60 minutes", "about half an hour", "markdown"),
    ),
    "text without its time": (
        "reading_time",
        added("## Recap", "word " * 4000, "markdown"),
    ),
    "a second title": ("one_title", added("## Recap", "# More", "markdown")),
    "an output": ("stripped", of_cell(LOAD, execution_count=3)),
    "slides' metadata": ("stripped", of_cell(LOAD, metadata={"slideshow": {}})),
    "an attached file": (
        "stripped",
        of_cell("## Recap", "markdown", attachments={"a.png": {"image/png": "AAAA"}}),
    ),
    "another kernel": (
        "kernel",
        lambda nb: nb["metadata"]["kernelspec"].update(name="my-env"),
    ),
    "other metadata": ("kernel", lambda nb: nb["metadata"].update(author="me")),
    "one id twice": ("ids", same_ids),
    "a magic": ("syntax", added(LOAD, "%time print()")),
    "a shell command": ("syntax", added(LOAD, "!pip install torch")),
    "no Python": ("syntax", added(LOAD, "def f(:")),
    "a long cell": ("short", added(LOAD, "\n".join(["x = 1"] * 25))),
    "a long line": ("short", added(LOAD, f"x = '{'a' * 90}'")),
    "a semicolon": ("short", added(LOAD, "x = 1;")),
    "a late import": ("imports", added(LOAD, "import math")),
    "a star": ("imports", added("import torch", "from math import *")),
    "no seed": ("seed", changed("SEED = 0", "SEED = 0", "SEED = 3")),
    "no words for a figure": ("figures", changed("plots.images(", "alt=", "title=")),
    "a figure not shown": ("figures", changed("plots.images(", "plt.show()", "")),
    "few claims": (
        "claims",
        lambda nb: [
            c.update(source=c["source"].replace("claim(", "print("))
            for c in nb["cells"]
            if c["cell_type"] == "code"
        ],
    ),
    "a claim of nothing": (
        "claims",
        added(LOAD, 'claim("It is so", True, measured="yes")'),
    ),
    "a claim without a figure": ("claims", added(LOAD, 'claim("It is so", SEED < 9)')),
    "no quiz": ("closing", changed('Quiz("01")', 'Quiz("01")', "print()")),
    "another lesson's quiz": ("closing", changed('Quiz("01")', "01", "02")),
    "no recap": ("closing", changed("## Recap", "## Recap", "## End", "markdown")),
    "a dead link": ("links", added("## Recap", "[no](none.ipynb)", "markdown")),
    "an open fold": ("folded", changed("<summary>Hint", "</details>", "", "markdown")),
    "a fold without a free line": (
        "folded",
        changed("<summary>Hint", "</summary>\n\n", "</summary>\n", "markdown"),
    ),
    "another tag": ("taught", of_cell(LOAD, metadata={"tags": ["teach:it"]})),
    "it teaches nothing": (
        "taught",
        of_cell(LOAD, metadata={"tags": ["teaches:models.Nothing"]}),
    ),
    "it answers with other code": (
        "taught",
        of_cell(LOAD, metadata={"tags": ["answers:models.Autoencoder"]}),
    ),
    "it teaches other code": (
        "taught",
        of_cell(LOAD, metadata={"tags": ["teaches:models.Autoencoder"]}),
    ),
    "an exercise without its solution": ("exercises", without("solution")),
    "an exercise without its prompt": ("exercises", without("prompt")),
    "an unknown exercise": (
        "exercises",
        lambda nb: [
            c["metadata"]["course"].update(exercise="no-such")
            for c in nb["cells"]
            if c["metadata"].get("course", {}).get("exercise") == "squared-error"
        ],
    ),
    "no hint": ("exercises", changed("<summary>Hint", "Hint", "More", "markdown")),
    "a stub that answers": ("exercises", changed(ATTEMPT, "return ...", "return 0")),
    "a stub that stops": ("exercises", changed(ATTEMPT, "return ...", "return 1 / 0")),
    "a stub without its check": ("exercises", changed(ATTEMPT, "checks.", "print.")),
    "another exercise's check": (
        "exercises",
        changed(ATTEMPT, "checks.squared_error(", "checks.forward_pass("),
    ),
    "a wrong solution": (
        "exercises",
        changed(ATTEMPT, "sum(dim=1)", "mean(dim=1)", "markdown"),
    ),
    "a solution that stops": (
        "exercises",
        changed(ATTEMPT, "sum(dim=1)", "no_such(dim=1)", "markdown"),
    ),
}


@pytest.mark.parametrize(("rule", "plant"), FAULTS.values(), ids=FAULTS)
def test_a_planted_fault_is_found(rule, plant, lesson):
    found = lesson(plant)
    assert {fault.rule for fault in found} == {rule}
    assert all(len(str(fault)) > 30 for fault in found)


def test_a_fault_says_where_it_is(lesson):
    (fault,) = lesson(changed('Quiz("01")', '")', '");'))
    assert str(fault).startswith("cell ")
    assert "(quiz): a trailing ; hides nothing from nbval" in str(fault)


@pytest.mark.parametrize(
    ("lengths", "words"),
    [
        ([(10, 10), (20, 20), (23, 20)], []),  # once the longest, and by 15%
        ([(10, 10), (20, 20), (24, 20)], ["of question q3 has 24 characters"]),
        ([(10, 10), (21, 20), (21, 20)], ["in 2 questions, q2 and q3, wanted one"]),
    ],
)
def test_a_right_option_given_away_by_its_length_is_a_fault(
    lengths, words, lesson, tmp_path, monkeypatch
):
    bank = [
        {
            "id": f"q{number}",
            "lesson": "01",
            "options": [
                {"text": "n" * 4, "correct": False},
                {"text": "y" * right, "correct": True},
                {"text": "n" * wrong, "correct": False},
            ],
        }
        for number, (right, wrong) in enumerate(lengths, 1)
    ]
    (tmp_path / "bank.json").write_text(json.dumps(bank), "utf-8")
    monkeypatch.setattr(quiz, "QUESTIONS", tmp_path / "bank.json")
    found = lesson(lambda nb: None)
    assert [fault.rule for fault in found] == ["option_lengths"] * len(words)
    assert all(w in str(fault) for w, fault in zip(words, found, strict=True))


def test_a_longer_lesson_is_told_which_time_to_write_and_where(lesson):
    def longer(notebook):
        prompt = cell(notebook, "### Exercise", "markdown")
        prompt["source"] += " word" * 3000

    (fault,) = lesson(longer)
    number = re.search(r"about (\d+) minutes", fault.message)[1]
    assert f"write {number} there, and in its row in README.md" in fault.message


def test_what_a_lesson_teaches_is_the_librarys_code_less_its_checks(monkeypatch):
    checked = "    _check(x)\n    check_size(x, 2)\n    base._check_images(x)\n"
    head = 'def f(x: Tensor) -> Tensor:\n    """Words."""\n'
    source = {"library": f"{head}{checked}    return x"}
    monkeypatch.setattr(behaviour.inspect, "getsource", lambda _: source["library"])

    def faults(taught):
        cell = {"metadata": {"tags": ["teaches:losses.vae_loss"]}, "source": taught}
        return [message for _, message in behaviour.taught(None, [cell])]

    assert faults("def f(x):\n    return x") == []
    (message,) = faults("def f(x):\n    return x + 1")
    assert "less annotations, docstrings and calls of check_…" in message
    for kept in (
        "if x is None:\n        raise ValueError",
        "checked(x)",
        "y = check(x)",
    ):
        source["library"] = f"def f(x):\n    {kept}\n    return x"
        assert len(faults("def f(x):\n    return x")) == 1


@pytest.mark.parametrize("name", ["1_basics.ipynb", "01_Basics.ipynb", "01.ipynb"])
def test_another_file_name_is_a_fault(name, lesson):
    assert "file_name" in {fault.rule for fault in lesson(lambda nb: None, name)}


def test_two_lessons_of_one_number_are_a_fault(lesson):
    assert lesson(lambda nb: None) == []
    found = lesson(lambda nb: None, "02_another.ipynb")
    assert any("have one number" in fault.message for fault in found)
    assert any("README.md does not list it" in fault.message for fault in found)


def test_what_is_no_notebook_is_told(tmp_path, capsys):
    path = tmp_path / "08_new.ipynb"
    with pytest.raises(ValueError, match="notebook: there is no file"):
        lint.faults(path)
    for text in ("", "{}", '{"cells": [], "nbformat": 4}'):
        path.write_text(text)
        (fault,) = lint.faults(path)
        assert fault.rule == "readable"
    assert main(["lint-lesson", str(path)]) == 1
    assert "1 fault by" in capsys.readouterr().out
    assert main(["lint-lesson", str(tmp_path / "none.ipynb")]) == 1
    assert "there is no file" in capsys.readouterr().err


def test_the_command_finds_the_courses_lessons_well(capsys):
    assert main(["lint-lesson", str(paths()[0])]) == 0
    assert "no fault by" in capsys.readouterr().out


def test_an_attempt_is_split_at_its_check():
    parts = split("def f(x):\n    return ...\n\n\nchecks.total(f)")
    assert parts == ("def f(x):\n    return ...", "checks.total(f)", "f")
    for attempt in ("", "def f(:", "x = 1", "f(checks)", "checks.total()"):
        with pytest.raises(ValueError, match="attempt: wanted checks"):
            split(attempt)
