"""Browsers for the explorers' tests; whatever goes wrong in their pages fails them."""

import re
from pathlib import Path

import engines
import jupyter
import pytest
import torch
from pages import NEXT_FRAME, SECONDS, TOOLS, Trouble

from course_lib.explorers import base, bundle

FOUND = {
    "chromium": jupyter.chromium,
    "firefox": engines.firefox,
    "webkit": engines.webkit,
}
LOCAL = re.compile(r"(file|data|blob|about):")


def pytest_collection_modifyitems(config, items):
    """Mark what is tested in this folder, and leave to Chromium what it alone can do.

    A test marked `chromium` needs its protocol: the accessibility tree, emulated media.
    """
    here = Path(__file__).parent
    mine = [item for item in items if item.path.is_relative_to(here)]
    for item in mine:
        item.add_marker(pytest.mark.slow)
    others = [item for item in mine if _needs_chromium(item) and _is_elsewhere(item)]
    items[:] = [item for item in items if item not in others]
    config.hook.pytest_deselected(items=others)


def _needs_chromium(item):
    scheme = hasattr(item, "callspec") and item.callspec.params.get("scheme")
    return item.get_closest_marker("chromium") or scheme == "dark"


def _is_elsewhere(item):
    return item.callspec.params.get("engine", "chromium") != "chromium"


@pytest.fixture
def trouble():
    """What goes wrong in this test's pages; anything unexpected fails it."""
    made = Trouble()
    yield made
    assert made.unexpected == []


def _missing(engine):
    if not FOUND[engine]():
        package = engines.DEBIAN[engine]
        pytest.skip(
            f"no {engine} on this machine: install it, such as Debian's {package}"
        )


@pytest.fixture(scope="module", params=["chromium", "firefox"])
def engine(request):
    """The name of the engine that a page's test runs in: in each of them."""
    _missing(request.param)
    return request.param


@pytest.fixture(scope="module")
def driver():
    """WebKit by selenium, since playwright drives no WebKit but its own."""
    _missing("webkit")
    with engines.webkits() as started:
        yield started


@pytest.fixture(scope="module", params=FOUND)
def blank(request):
    """An empty page, in each of the three engines."""
    _missing(request.param)
    with engines.blank(request.param) as page:
        yield page


@pytest.fixture(scope="module")
def browser(engine):
    """A headless browser, for one module: beside it no other test could run asyncio."""
    with engines.playwrights(engine) as started:
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
def show(engine, windows, trouble, tmp_path):
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
        if engine == "chromium":
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
def core(blank):
    """An empty page with all of static/core in it."""
    files = sorted((base.STATIC / "core").glob("*.js"))
    blank.evaluate(TOOLS, bundle.join(*files))
    return blank


@pytest.fixture
def page(core, trouble):
    torch.manual_seed(0)
    trouble.watch(core)
    yield core
    trouble.leave(core)
