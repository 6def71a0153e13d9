"""Chromium for the explorers' tests; whatever goes wrong in its pages fails them."""

import re
from pathlib import Path

import jupyter
import pytest
import torch
from pages import NEXT_FRAME, SECONDS, TOOLS, Trouble

from course_lib.explorers import base, bundle

NO_BROWSER = "no Chromium on this machine: install it, such as Debian's chromium"
LOCAL = re.compile(r"(file|data|blob|about):")


def pytest_collection_modifyitems(items):
    """Mark what is tested in this folder: `make check` leaves it out."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.slow)


@pytest.fixture
def trouble():
    """What goes wrong in this test's pages; anything unexpected fails it."""
    made = Trouble()
    yield made
    assert made.unexpected == []


@pytest.fixture(scope="module")
def browser():
    """Headless Chromium, for one module: beside it no other test could run asyncio."""
    if not jupyter.chromium():
        pytest.skip(NO_BROWSER)
    with jupyter.browser() as started:
        yield started


@pytest.fixture(scope="module")
def windows(browser):
    """Two pages to open one file after the other in: with scripts and without."""
    made = {}

    def window(scripts):
        if scripts not in made:
            context = browser.new_context(
                offline=True, has_touch=True, java_script_enabled=scripts
            )
            made[scripts] = context.new_page()
            made[scripts].set_default_timeout(SECONDS * 1000)
        return made[scripts]

    yield window
    for page in made.values():
        page.context.close()


@pytest.fixture
def show(windows, trouble, tmp_path):
    """A function that opens HTML from a file, offline, and returns the page.

    width: of the window. explorers: how many to wait for. scripts: whether any may run.
    """
    opened = []

    def opener(html, *, width=800, explorers=1, scripts=True):
        assert not opened, "one page a test"
        page = windows(scripts)
        opened.append(page)
        trouble.watch(page)
        page.route(lambda url: not LOCAL.match(url), trouble.refuse)
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme="light")
        page.mouse.move(0, 0)
        path = tmp_path / "page.html"
        path.write_text(html, encoding="utf-8")
        page.goto(path.as_uri())
        if scripts:
            alive = "n => document.querySelectorAll('section.explorer').length === n"
            page.wait_for_function(alive, arg=explorers)
            page.evaluate(NEXT_FRAME)
        return page

    yield opener
    for page in opened:
        page.goto("about:blank")  # nothing of this test's is left to go wrong
        page.unroute_all()
        trouble.leave(page)


@pytest.fixture(scope="module")
def blank(browser):
    """An empty page with all of static/core in it."""
    context = browser.new_context(offline=True)
    page = context.new_page()
    files = sorted((base.STATIC / "core").glob("*.js"))
    page.evaluate(TOOLS, bundle.join(*files))
    yield page
    context.close()


@pytest.fixture
def page(blank, trouble):
    torch.manual_seed(0)
    trouble.watch(blank)
    yield blank
    trouble.leave(blank)
