"""The quiz that closes a lesson: questions whose every option is explained."""

import html
import json
import re
from pathlib import Path

import traitlets

from course_lib.explorers import base

QUESTIONS = Path(__file__).parent / "questions.json"


def questions(lesson):
    """Return a lesson's questions in order, each with its options.

    lesson: its two digits, such as "01". A question is a dict of id, lesson, question
    and options; an option is one of text, explanation and correct.

    Raises ValueError on a lesson without questions.
    """
    every = json.loads(QUESTIONS.read_text(encoding="utf-8"))
    found = [question for question in every if question["lesson"] == lesson]
    if not found:
        known = ", ".join(sorted({repr(question["lesson"]) for question in every}))
        raise ValueError(f"lesson: got {lesson!r}, wanted one of {known}")
    return found


class Quiz(base.Explorer):
    """The questions of a lesson; every option says what is right or wrong with it.

    lesson: its two digits, such as "01".

    answers: the index of the option chosen first, by the question's id; set it to {} to
    begin again.

    Raises ValueError on a lesson without questions.
    """

    script, heading = "quiz", "Quiz"
    answers = traitlets.Dict(
        key_trait=traitlets.Unicode(), value_trait=traitlets.Int()
    ).tag(sync=True)

    def __init__(self, lesson: str):
        self._questions = questions(lesson)
        super().__init__()
        self.title = f"Quiz on lesson {lesson}"
        self._show({}, {"questions": self._questions})

    def _picture(self):
        """Return the questions as text whose options open without any script."""
        parts = []
        for number, question in enumerate(self._questions, 1):
            parts.append(f"<p><b>{number}. {_marked(question['question'])}</b></p>")
            for option in question["options"]:
                verdict = "✓ Correct." if option["correct"] else "✗ Not quite."
                why = f"<p><b>{verdict}</b> {_marked(option['explanation'])}</p>"
                summary = f"<summary>{_marked(option['text'])}</summary>"
                parts.append(f"<details>{summary}{why}</details>")
        return "".join(parts)


def _marked(text):
    """Return a text as HTML, with what stands in backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))
