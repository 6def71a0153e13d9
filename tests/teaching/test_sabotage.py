"""Sabotage: a claim that cannot fail is named, and one that can be felled is felled."""

import json

import pytest

from course_lib.teaching import lessons
from course_lib.teaching.authoring import breaks, margins_page, sabotage
from course_lib.teaching.authoring.breaks import Break
from course_lib.teaching.authoring.replay import bound, replay

CELLS = {
    "imports": """
import math
from course_lib.claims import claim
SEED = 0""",
    "data": "length = math.floor(360.5)",
    "scale": """
def scale(x):
    length = 0
    return 2 * x
size = scale(length)""",
    "claims": 'claim("Can fall", size == 720, measured=f"{size}")\n'
    'claim("Cannot fall", size - size == 0, measured="0")',
    "sure": "share = 1 / (size - 720 + 1)",
    "late": 'claim("Late", share > 0 and SEED == 0, measured=f"{share}")',
}


def thrice(scale):
    return lambda x: scale(x) + x


def stuck(scale):
    """Make the cell after the claims end in an error."""
    return lambda x: scale(x) - 1


def nothing(floor):
    return lambda x: 0


THRICE = Break("thrice", {"scale": thrice}, always=True)
STUCK = Break("stuck", {"scale": stuck}, always=True)
NOTHING = Break("nothing", {"math.floor": nothing}, always=True)


@pytest.fixture
def lesson(tmp_path):
    """A small lesson; its path."""

    def written(**changed):
        path = tmp_path / "01_small.ipynb"
        cells = [
            {"cell_type": "code", "id": name, "metadata": {}, "source": [source]}
            for name, source in (CELLS | changed).items()
        ]
        path.write_text(json.dumps({"cells": cells}), "utf-8")
        return path

    return written


def fell(path, *every, **options):
    lines = []
    found = sabotage.fell(path, every=every, say=lines.append, **options)
    return found, "\n".join(lines)


def test_a_claim_falls_by_a_break_and_one_that_cannot_fall_is_named(lesson):
    found, said = fell(lesson(), THRICE, NOTHING)
    assert found == {
        "Can fall": ["thrice", "nothing"],
        "Cannot fall": [],
        "Late": ["nothing"],
    }
    assert "01, digits, thrice: 1 fall, 0 not reached" in said


def test_a_claim_that_an_error_keeps_from_being_made_has_not_fallen(lesson):
    found, said = fell(lesson(), STUCK)
    assert found == {"Can fall": ["stuck"], "Cannot fall": [], "Late": []}
    assert "1 fall, 1 not reached" in said
    assert "sure: ZeroDivisionError" in said
    assert "late: NameError: name 'share' is not defined" in said


def test_no_later_cell_works_with_a_value_of_before_the_error(lesson):
    stale = CELLS["data"] + "\nshare = 1"  # which `sure` fails to replace
    found, said = fell(lesson(data=stale), STUCK)
    assert found["Late"] == []
    assert "late: NameError" in said


def test_most_breaks_are_tried_while_a_claim_stands(lesson):
    more = Break("more", {"scale": thrice})
    path = lesson(claims='claim("Can fall", size == 720, measured="…")', late="")
    assert fell(path, THRICE, more)[0] == {"Can fall": ["thrice"]}
    found, _ = fell(path, THRICE, more, thorough=True)
    assert found == {"Can fall": ["thrice", "more"]}


def test_another_data_set_adds_to_what_the_first_found(lesson):
    known = {"Can fall": [], "Cannot fall": ["much"], "Late": ["much"]}
    found, _ = fell(lesson(), THRICE, NOTHING, done=known)
    assert found == {"Can fall": ["thrice"], "Cannot fall": ["much"], "Late": ["much"]}


def test_a_lesson_that_fails_unbroken_is_refused(lesson):
    with pytest.raises(
        ValueError, match="01_small on digits fails with nothing brok.*Can"
    ):
        fell(lesson(data="length = 1"), THRICE)
    with pytest.raises(ValueError, match="data: NameError"):
        fell(lesson(data="length = unknown"), THRICE)


def test_they_go_no_further_than_the_last_claim_that_stands(lesson):
    more = Break("more", {"math.floor": nothing})
    known = {"Can fall": [], "Cannot fall": ["much"], "Late": ["much"]}
    found, said = fell(lesson(), more, done=known)
    assert found == known | {"Can fall": ["more"]}
    assert "1 fall, 0 not reached" in said


def test_a_break_is_for_the_lessons_that_have_its_names(lesson):
    path, other = lesson(), Break("elsewhere", {"scale": thrice}, lessons="02 03")
    absent = Break("absent", {"fit": thrice, "course_lib.checkpoints.load": nothing})
    assert sabotage.fitting(path, [THRICE, NOTHING, other, absent]) == [THRICE, NOTHING]
    assert bound(path) == {"math", "claim", "SEED", "length", "scale", "size", "share"}


def test_a_seed_reaches_the_lesson(lesson):
    found = replay(lesson(), seed=1)
    assert found.claims == {"Can fall": True, "Cannot fall": True, "Late": False}


def test_every_break_has_a_lesson_to_break():
    fits = {b.name for path in lessons.paths() for b in sabotage.fitting(path)}
    assert fits == {b.name for b in breaks.BREAKS}
    assert len(fits) == len(breaks.BREAKS)


def test_the_page_keeps_other_columns_and_names_what_still_stands(lesson, tmp_path):
    path, page = lesson(), tmp_path / "MARGINS.md"
    before = f"""# Title

Words.

## {path.stem}

By hand.

| Claim | MNIST | digits | What fells it |
|---|---|---|---|
| Can fall | 3% | 4% | ? |
| Gone | 3% | 4% | a |
"""
    page.write_text(before, "utf-8")
    column = margins_page.COLUMNS[-1]
    margins_page.update(page, path, {"Can fall": {column: "a, b"}})
    margins_page.update(page, path, {"Late": {column: margins_page.NOT_YET}})
    assert margins_page.read(page) == {
        "01_small": {
            "Can fall": {"MNIST": "3%", "digits": "4%", column: "a, b"},
            "Cannot fall": {"MNIST": "?", "digits": "?", column: "?"},
            "Late": {"MNIST": "?", "digits": "?", column: "nothing yet"},
        }
    }
    text = page.read_text("utf-8")
    assert text.startswith("# Title\n\nWords.\n\n## 01_small\n\nBy hand.\n\n| Claim |")
    assert text.endswith("| Late | ? | ? | nothing yet |\n")


@pytest.mark.parametrize("path", lessons.paths(), ids=lambda path: path.stem)
def test_every_claim_has_its_row_and_what_fells_it_in_the_page(path):
    rows = margins_page.read(margins_page.page()).get(path.stem, {})
    how = f"make sabotage LESSONS={path.name[:2]} ARGS=--write"
    assert list(rows) == lessons.claims(path), how
    assert all(row.get(margins_page.COLUMNS[-1]) for row in rows.values()), how


def test_some_break_fells_every_claim():
    column = margins_page.COLUMNS[-1]
    assert [
        f"{stem[:2]}: {text}"
        for stem, rows in margins_page.read(margins_page.page()).items()
        for text, row in rows.items()
        if row[column] in (margins_page.NOT_YET, margins_page.UNKNOWN)
    ] == []
