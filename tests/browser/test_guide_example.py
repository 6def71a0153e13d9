"""The explorer that the instructors' guide builds: alive in a page, by key."""

import re

import guide
from pages import look, wait_for_change
from playwright.sync_api import expect


def test_the_guides_explorer_is_drawn_and_answers_an_arrow_key(show, tmp_path):
    folder = guide.extended(tmp_path / "extended")
    source = "from course_lib import explorers; print(explorers.Blend().to_html())"
    page = show(guide.run(folder, source))
    expect(page.locator("figure")).to_have_count(2)
    before = look(page, "figure canvas")
    page.locator("input[type='range']").press("ArrowRight")
    wait_for_change(page, "figure canvas", before)
    said = page.locator(".explorer-said")
    expect(said).to_have_text(re.compile("55% of the second picture"))
