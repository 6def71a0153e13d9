"""The glossary: lessons and entries lead to each other, and the words are there."""

import re

import pytest

from course_lib.teaching.lessons import ROOT, cells, paths

GLOSSARY = ROOT / "notebooks" / "glossary.ipynb"
ENTRY = re.compile(r"### ([^\n]+)\n\n(.+?)(?=\n\n###|\Z)", re.DOTALL)
ENTRIES = {
    term: " ".join(text.split())
    for cell in cells(GLOSSARY, "markdown")
    for term, text in ENTRY.findall(cell["source"])
}
LINK = re.compile(r"glossary\.ipynb#([^)]+)\)")
lesson = pytest.mark.parametrize("path", paths(), ids=lambda path: path.stem)


def explained_in(term):
    """Return the name of the lesson that explains a term: its last link."""
    return re.search(r"\*Lesson \[(\d\d)\]\((\S+)\)\.\*$", ENTRIES[term])[2]


def letters(path):
    """Return what a lesson says, less its list of words, in small letters alone."""
    text = " ".join(cell["source"] for cell in cells(path))
    text = re.sub(r"\*\*Words:\*\*.*?\n\n", "", text, flags=re.DOTALL)
    return re.sub(r"[^a-z']", "", text.casefold())


def test_it_is_a_notebook_without_code_or_outputs():
    assert all(cell["cell_type"] == "markdown" for cell in cells(GLOSSARY))


def test_entries_are_many_in_order_and_say_something():
    assert len(ENTRIES) > 80
    assert list(ENTRIES) == sorted(ENTRIES, key=str.casefold)
    assert all(len(text) > 40 for text in ENTRIES.values())


@pytest.mark.parametrize("term", ENTRIES)
def test_an_entry_is_a_word_of_the_lesson_that_explains_it(term):
    path = ROOT / "notebooks" / explained_in(term)
    assert path.exists()
    for word in re.sub("[_-]", "", term).casefold().split():
        assert word.removesuffix("s") in letters(path)


@lesson
def test_a_lesson_links_to_the_words_that_it_explains(path):
    """Its last cell lists them all; other cells may link to any word."""
    recap = " ".join(cells(path)[-1]["source"].split())
    wanted = [t.replace(" ", "-") for t in ENTRIES if explained_in(t) == path.name]
    assert LINK.findall(recap) == wanted
    anchors = {term.replace(" ", "-") for term in ENTRIES}
    for cell in cells(path, "markdown"):
        assert set(LINK.findall(cell["source"])) <= anchors
