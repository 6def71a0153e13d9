"""The quiz: its questions are complete, and it opens for the lessons that have some."""

import html
import json
import re
from collections import Counter

import pytest
from traitlets import TraitError

from course_lib.explorers.quiz import QUESTIONS, Quiz, questions

EVERY = json.loads(QUESTIONS.read_text(encoding="utf-8"))
LESSONS = sorted({question["lesson"] for question in EVERY})
each_question = pytest.mark.parametrize("question", EVERY, ids=lambda q: q["id"])


def texts(question):
    """Return all that a student reads of a question."""
    options = question["options"]
    return [
        question["question"],
        *(option[key] for option in options for key in ("text", "explanation")),
    ]


def test_ids_and_questions_are_unique():
    for key in ("id", "question"):
        assert max(Counter(question[key] for question in EVERY).values()) == 1


def test_each_lesson_has_three_questions_and_lessons_are_in_order():
    lessons = [question["lesson"] for question in EVERY]
    assert lessons == sorted(lessons)
    assert set(Counter(lessons).values()) == {3}
    assert all(re.fullmatch(r"\d\d", lesson) for lesson in lessons)


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_right_option_is_not_always_in_the_same_place(lesson):
    places = [
        [o["correct"] for o in q["options"]].index(True) for q in questions(lesson)
    ]
    assert len(set(places)) > 1


@each_question
def test_a_question_is_whole(question):
    assert question.keys() == {"id", "lesson", "question", "options"}
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", question["id"])
    options = question["options"]
    assert 3 <= len(options) <= 4
    for option in options:
        assert option.keys() == {"text", "explanation", "correct"}
        assert isinstance(option["correct"], bool)
    assert sum(option["correct"] for option in options) == 1
    for key in ("text", "explanation"):
        assert len({option[key].casefold() for option in options}) == len(options)


@each_question
def test_what_is_said_is_plain_text_and_short(question):
    for text in texts(question):
        assert text == text.strip() != ""
        assert text.count("`") % 2 == 0
        assert not set(text) & set("$\\<>")  # no LaTeX and no HTML
    for option in question["options"]:
        assert option["explanation"].endswith((".", "?"))
        assert len(option["explanation"]) <= 250


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_quiz_has_its_lessons_questions(lesson):
    quiz = Quiz(lesson)
    assert quiz.data["questions"] == [q for q in EVERY if q["lesson"] == lesson]
    assert lesson in quiz.title
    assert quiz.answers == {}


@pytest.mark.parametrize("lesson", LESSONS)
def test_all_can_be_read_where_nothing_runs(lesson):
    still = Quiz(lesson)._picture()
    words = html.unescape(re.sub(r"<[^>]+>", "", still))
    for question in questions(lesson):
        for text in texts(question):
            assert text.replace("`", "") in words
    options = [option for q in questions(lesson) for option in q["options"]]
    assert still.count("<details>") == len(options)
    assert still.count("Correct.") == 3


def test_backticks_become_code_and_signs_are_escaped(monkeypatch):
    option = {"text": "`x` & 1 < 2", "explanation": "Why.", "correct": True}
    made = [{"id": "a", "lesson": "99", "question": "What?", "options": [option]}]
    monkeypatch.setattr("course_lib.explorers.quiz.questions", lambda lesson: made)
    assert "<summary><code>x</code> &amp; 1 &lt; 2</summary>" in Quiz("99")._picture()


@pytest.mark.parametrize("lesson", ["1", "99", "", 1, None, ["01"]])
def test_an_unknown_lesson_is_named_with_the_known_ones(lesson):
    known = ", ".join(repr(known) for known in LESSONS)
    message = f"lesson: got {lesson!r}, wanted one of {known}"
    with pytest.raises(ValueError, match=re.escape(message)):
        Quiz(lesson)
    with pytest.raises(ValueError, match="lesson: got"):
        questions(lesson)


def test_answers_are_option_numbers_by_question():
    quiz = Quiz("01")
    quiz.answers = {"code-of-784": 1}
    with pytest.raises(TraitError, match="answers"):
        quiz.answers = {"code-of-784": "the second"}
