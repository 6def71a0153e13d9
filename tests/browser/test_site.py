"""The site: built from lessons, opened from disk with no network, by eye and by key."""

import base64
import io
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from conftest import LOCAL
from pages import (
    NEXT_FRAME,
    PLANE,
    SECONDS,
    SHEETS,
    colours,
    look,
    luminance,
    wait_for_change,
)
from PIL import Image
from playwright.sync_api import expect

from course_lib.teaching.lessons import paths
from course_lib.teaching.publish import pages
from course_lib.teaching.publish.site import LARGEST, write
from course_lib.teaching.publish.site import build as build_site

LESSONS = paths()
PAGES = ("index.html", "00_start_here.html", "01_autoencoder_basics.html")
PAGES += ("glossary.html",)
REFERENCE = ("api/index.html", "api/course_lib/checks.html")
ADDRESS = "https://course.example/"  # no such server: the tests answer for it
WIDE = (
    r"\underbrace{" + " + ".join(f"x_{{{i}}}" for i in range(30)) + r"}_{\text{wide}}"
)
TEXT = rf"""# 01 · A small one

**Does a page hold what a lesson may hold?**

Back to [lesson 00](00_start_here.ipynb#Play-first), on to [none](99_not_here.ipynb),
in a line ${WIDE}$, and on its own:

$$\boxed{{\mathrm{{ELBO}} = {WIDE}}}$$

## A heading, and `code` in it

| one | two |
|---|---|
| {"wide" * 30} | $\mathcal N(0, 1)$ |

<details><summary>Solution</summary>

```python
answer = 42  # {"as wide as code should never be, " * 4}
```

</details>"""
CODE = """from tqdm.auto import tqdm

for _ in tqdm(range(3), leave=False):
    print("x" * 200)"""


# The tab index of all that can be scrolled sideways.
SCROLLING = """() => [...document.querySelectorAll(
  "pre, .scroll, .formula, .inline, .output_html:has(> img)")]
  .filter((node) => node.scrollWidth > node.clientWidth && node.clientWidth)
  .map((node) => node.tabIndex)"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site of lesson 00, on digits, and of a small lesson of ours."""
    folder = tmp_path_factory.mktemp("site")
    cells = [nbformat.v4.new_markdown_cell(TEXT), nbformat.v4.new_code_cell(CODE)]
    (folder / "none").mkdir()
    small = folder / "01_autoencoder_basics.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), small)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_DATA", str(folder / "none"))
        patch.setenv("COURSE_OFFLINE", "1")
        build_site([LESSONS[0], small], folder / "site")
    return folder / "site"


@pytest.fixture
def visit(browser, trouble):
    """A function that opens a page of the site in a window of its own, offline.

    published: under the address of a server, as readers of the site have it.
    """
    contexts = []

    def opener(path, *, scheme="light", published=False):
        context = browser.new_context(
            offline=not published,
            color_scheme=scheme,
            viewport={"width": 1280, "height": 800},
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(SECONDS * 1000)
        trouble.watch(page)
        page.route(lambda url: not LOCAL.match(url), trouble.refuse)
        if published:
            page.route(f"{ADDRESS}*", lambda route: serve(route, path.parent))
        page.goto(f"{ADDRESS}{path.name}" if published else path.as_uri())
        page.wait_for_function(
            "() => !document.querySelector('.explorer-page > script')"
        )
        page.evaluate(NEXT_FRAME)
        return page

    yield opener
    for context in contexts:
        context.close()


def serve(route, folder):
    route.fulfill(path=folder / Path(urlsplit(route.request.url).path).name)


def soup(path):
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def test_every_internal_link_leads_somewhere(site):
    ids = {name: {n["id"] for n in soup(site / name).select("[id]")} for name in PAGES}
    found = 0
    for name in PAGES:
        for link in soup(site / name).select("a[href]"):
            if re.match("https?:", link["href"]):
                continue
            target, _, place = link["href"].partition("#")
            if target.startswith("api/"):  # tests/teaching/test_reference.py has these
                assert (site / target).is_file()
                continue
            assert target == "" or target in PAGES
            there = ids[target or name]
            assert place == "" or place in there or unquote(place) in there
            found += 1
    assert found > 20
    assert "00_start_here.html#Play-first" in str(soup(site / PAGES[2]))


def test_a_link_to_a_lesson_that_is_not_there_is_plain_text(site):
    words = [a.get_text() for a in soup(site / PAGES[2]).select("main a")]
    assert "lesson 00" in words
    assert "none" not in words
    assert "on to none," in soup(site / PAGES[2]).get_text()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_small_whole_and_says_what_it_is(site, name):
    path = site / name
    assert path.stat().st_size < LARGEST
    page = soup(path)
    assert page.html["lang"] == "en"
    assert len(page.title.get_text()) > 10
    assert len(page.select_one("meta[name='description']")["content"]) > 20
    assert len(page.find_all("h1")) == 1
    assert not page.select("script[src], link[rel='stylesheet'], iframe")
    for image in page.select("img"):  # explorers say what they are themselves
        assert image.find_parent(class_="explorer-page") or len(image["alt"]) > 30
        assert not image["alt"].startswith("No description")
    outputs = " ".join(part.get_text() for part in page.select(".output_area"))
    assert "%|" not in outputs  # nothing is left of a progress bar
    assert "Widget" not in outputs


@pytest.mark.parametrize("name", PAGES + REFERENCE)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_fits_and_axe_finds_nothing_serious(site, visit, name, scheme):
    """Nor does it ask for the network or report an error, which `visit` sees."""
    page = visit(site / name, scheme=scheme)
    page.evaluate("""() => document.querySelectorAll("details").forEach(
      (details) => (details.open = true))""")
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate(NEXT_FRAME)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        scrolling = page.evaluate(SCROLLING)
        assert set(scrolling) <= {0}  # a key can reach it
    if name == PAGES[2]:
        assert len(scrolling) == 6  # two formulas, a table, two codes, an output
    found = Axe().run(page).response
    assert found["passes"]
    grave = [v for v in found["violations"] if v["impact"] in ("serious", "critical")]
    assert [(v["id"], [n["html"][:120] for n in v["nodes"]]) for v in grave] == []


@pytest.mark.parametrize("name", PAGES[:2])
def test_every_explorer_reacts_to_the_keyboard(site, visit, name):
    page = visit(site / name)
    explorers = page.locator("section.explorer")
    assert explorers.count() == len(soup(site / name).select(".explorer-page")) > 0
    planes = page.locator(PLANE)
    shown = f"{PLANE}, figure.accent canvas"
    before = look(page, shown)
    for plane in planes.all():
        plane.press("ArrowRight")
    wait_for_change(page, shown, before)
    quizzes = page.locator("section:has(.quiz-question)")
    assert planes.count() + quizzes.count() == explorers.count()
    for quiz in quizzes.all():
        quiz.locator(".quiz-answer").first.press("Enter")
        expect(quiz.locator(".quiz-explanation").first).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_button_turns_the_theme_and_the_next_page_keeps_it(site, visit, scheme):
    # From files, Chromium may lose what it should keep if the next page opens at once.
    page = visit(site / PAGES[1], scheme=scheme, published=True)
    button = page.get_by_role("button", name="Dark theme")
    expect(button).to_have_attribute("aria-pressed", str(scheme == "dark").lower())
    before = look(page, SHEETS)
    button.press("Enter")
    wait_for_change(page, SHEETS, before)  # explorers draw in the other theme's ink
    page.get_by_role("link", name="Lesson 01").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("A small one")
    expect(page.get_by_role("button", name="Dark theme")).to_have_attribute(
        "aria-pressed", str(scheme == "light").lower()
    )
    behind = luminance(colours(page, "body", "backgroundColor")[0])
    assert (behind < 0.1) == (scheme == "light")


def test_the_bar_names_the_pages_before_and_after(site):
    names = [
        link.get_text(strip=True) for link in soup(site / PAGES[2]).select(".bar a")
    ]
    assert names == ["All lessons", "← Lesson 00", "Glossary →", "Reference"]


def test_the_reference_is_one_step_from_each_page_and_back(site):
    for name in PAGES:
        assert soup(site / name).select(".bar a[href='api/index.html']"), name
    for name in REFERENCE:
        back = soup(site / name).select_one(".bar a")["href"]
        assert ((site / name).parent / back).resolve() == (site / PAGES[0]).resolve()
    assert soup(site / "index.html").select("main a[href='api/index.html']")


def test_a_solution_is_folded_until_it_is_asked_for(site, visit):
    page = visit(site / PAGES[1])
    solution = page.locator("details:has(summary:text-is('Solution'))")
    code = solution.locator("pre")
    expect(code).to_be_hidden()
    solution.locator("summary").press("Enter")
    expect(code).to_be_visible()
    expect(code).to_contain_text("return ((x_hat - x) ** 2).sum()")


def test_the_first_key_skips_to_the_text(site, visit):
    page = visit(site / PAGES[1])
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the text")
    expect(skip).to_be_focused()
    assert skip.bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


@pytest.mark.chromium
def test_on_paper_there_is_only_the_lesson_unfolded_and_dark_on_white(site, visit):
    page = visit(site / PAGES[2], scheme="dark")
    folded = page.locator("main details")
    page.evaluate("""() => {
      addEventListener("beforeprint", () => {
        window.open = document.querySelectorAll("main details[open]").length;
      });
    }""")
    page.pdf()
    assert page.evaluate("window.open") == folded.count() == 1
    assert page.locator("main details[open]").count() == 0
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator(".bar")).to_be_hidden()
    expect(page.locator("main")).to_be_visible()
    assert luminance(colours(page, "main", "color")[0]) < 0.1


def test_mathematics_is_set_by_the_browser_itself(site, visit):
    page = visit(site / PAGES[2])
    boxed = page.locator(".formula math").bounding_box()
    letter = page.locator(".formula math mi").first.bounding_box()
    assert boxed["height"] > 1.5 * letter["height"]  # with its brace and box
    assert page.locator("munder").count() >= 2


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_every_formula_of_the_lessons_can_be_set(path):
    exporter = pages.SiteExporter(pages={path.with_suffix(".html").name})
    cells = nbformat.read(path, as_version=4).cells
    text = "\n\n".join(c.source for c in cells if c.cell_type == "markdown")
    page = BeautifulSoup(exporter.to_html(text), "html.parser")
    for code in page.select("code, pre"):
        code.decompose()
    assert page.find_all("math")
    assert "$" not in page.get_text()
    assert "\\" not in "".join(m.get_text() for m in page.find_all("math"))


def test_a_formula_on_two_lines_is_one_and_code_stays_code():
    page = pages.SiteExporter().to_html("1. $a\n   + b$\n\n`$x`\n\n```\n$y\n+ $\n```")
    assert page.count("<math") == page.count("<li>") == 1
    assert "<code>$x</code>" in page
    assert "$y\n+ $" in page


def test_a_formula_that_is_none_is_named():
    with pytest.raises(ValueError, match=r"formula: cannot convert .*\\nosuchthing"):
        pages.mathml(r"\nosuchthing{x}")


def test_pictures_lose_bytes_and_no_colours():
    grey = np.linspace(0, 255, 300 * 200).reshape(200, 300).astype("uint8")
    picture, png = Image.fromarray(np.stack([grey, grey // 2, grey], 2)), io.BytesIO()
    picture.save(png, "PNG")
    kind, _, webp = pages.as_webp(base64.b64encode(png.getvalue())).partition(",")
    content = base64.b64decode(webp)
    assert kind == "data:image/webp;base64"
    assert len(content) < len(png.getvalue())
    with Image.open(io.BytesIO(content)) as after:
        assert np.array_equal(np.asarray(after), np.asarray(picture))


def test_a_page_that_is_too_large_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"00\.html: 3,000,000 bytes, wanted under"):
        write(tmp_path / "00.html", "x" * LARGEST)
    assert list(tmp_path.iterdir()) == []


def test_a_link_to_another_file_leads_to_the_repository_if_it_is_known():
    renderer = pages.Renderer(repository="https://example.invalid/course")
    found = renderer.link("this", "../docs/INSTRUCTORS.md")
    assert (
        'href="https://example.invalid/course/blob/HEAD/docs/INSTRUCTORS.md"' in found
    )
    assert pages.Renderer().link("this", "../docs/INSTRUCTORS.md") == "this"
