"""What the instructors' guide builds, an explorer and a model: alive in a page."""

import re

import guide
from pages import COPY, PAD, PLANE, drag, look, wait_for_change
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


def test_the_guides_own_model_draws_in_colour_with_no_kernel(show, tmp_path):
    source = guide.own_model(epochs=1) + "print(plane.to_html())"
    said = guide.run(guide.extended(tmp_path / "extended"), source)
    page = show(said[said.index("<!doctype html>") :])
    before = look(page, COPY)
    page.locator(PLANE).press("Shift+ArrowRight")
    wait_for_change(page, COPY, before)
    before = look(page, COPY)
    drag(page, page.locator(PAD), (0.4, 0.4), (0.6, 0.6))
    wait_for_change(page, COPY, before)
    expect(page.locator(".explorer-said")).to_contain_text("your picture lands here")
