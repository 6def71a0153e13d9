"""Claims: shown when they hold, raised when they do not."""

import pytest
import torch

from course_lib.claims import ClaimFailed, claim


def test_a_claim_that_holds_is_shown_with_its_figure(capsys):
    claim("Two is more than one", 2 > 1, measured="2 against 1")
    assert capsys.readouterr().out == "✔ Two is more than one: 2 against 1\n"


def test_a_page_shows_the_words_as_words(monkeypatch):
    shown = []
    monkeypatch.setattr("course_lib.claims.display", shown.append)
    claim("a < b", torch.tensor(True), measured="<i>1</i>")
    assert "a &lt; b" in shown[0]._repr_html_()
    assert "&lt;i&gt;1" in shown[0]._repr_html_()


@pytest.mark.parametrize("holds", [False, torch.tensor(False), 0])
def test_a_claim_that_does_not_hold_raises_with_its_figure(holds, capsys):
    with pytest.raises(ClaimFailed, match="One is more than two: measured 1 against 2"):
        claim("One is more than two", holds, measured="1 against 2")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("", True, "1"), "text: got ''"),
        (("Words", True, " "), "measured: got ' '"),
        (("Words", True, 3.2), "measured: got 3.2"),
        (("Words", torch.ones(2), "1"), "holds: got many values"),
    ],
)
def test_arguments_that_cannot_be_are_named(arguments, message):
    text, holds, measured = arguments
    with pytest.raises(ValueError, match=message):
        claim(text, holds, measured=measured)
