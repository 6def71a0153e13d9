"""The explorers in WebKit, which is Safari's engine, by its own WebDriver.

Playwright drives only a WebKit of its own, so these tests speak through selenium: each
explorer by key, pointer, finger and pen, in a narrow window and in both themes.
"""

import re

import colour
import engines
import numpy as np
import pytest
import torch
from cases import CASES, SAID, Case, html, made
from pages import (
    CHANGED,
    COPY,
    GREYS,
    LOOK,
    OVERHANG,
    PLANE,
    SECONDS,
    SHEETS,
    luminance,
    rounded,
)
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.actions.interaction import POINTER_PEN, POINTER_TOUCH
from selenium.webdriver.common.actions.pointer_input import PointerInput
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from course_lib import checkpoints, explorers

PIXELS = """(selector) => {
  const canvas = document.querySelector(selector);
  const { width, height } = canvas;
  return Array.from(canvas.getContext("2d").getImageData(0, 0, width, height).data);
}"""
each_explorer = pytest.mark.parametrize("name", explorers.__all__)


@pytest.fixture
def show(driver, tmp_path):
    """A function that opens HTML from a file; trouble in the page fails the test."""

    def opener(html, *, width=800):
        driver.set_window_size(width, 900)
        path = tmp_path / "page.html"
        path.write_text(engines.LISTEN + html, encoding="utf-8")
        driver.get(path.as_uri())
        wait(driver, lambda _: driver.find_elements(By.CSS_SELECTOR, SAID))
        return driver

    yield opener
    assert driver.execute_script("return window.trouble") == []
    driver.get("about:blank")


def wait(driver, condition):
    return WebDriverWait(driver, SECONDS, poll_frequency=0.02).until(condition)


def run(driver, function, *arguments):
    return driver.execute_script(f"return ({function})(...arguments)", *arguments)


def look(driver, selector):
    found = run(driver, f"(s) => ({LOOK})([...document.querySelectorAll(s)])", selector)
    assert found
    return found


def wait_for_change(driver, selector, before):
    wait(driver, lambda _: run(driver, CHANGED, [selector, before]))


def press(driver, case):
    control = driver.find_elements(By.CSS_SELECTOR, case.control)[0]
    driver.execute_script("arguments[0].focus()", control)
    ActionChains(driver).send_keys(engines.KEYS[case.key]).perform()


def touch(driver, selector, x, y, kind):
    """Press at a share of an element's size, move on a little, and let go."""
    target = driver.find_elements(By.CSS_SELECTOR, selector)[0]
    place = """(node, x, y) => {
      node.scrollIntoView({ block: "center" });
      const box = node.getBoundingClientRect();
      return [box.left + x * box.width, box.top + y * box.height].map(Math.round);
    }"""
    x, y = run(driver, place, target, x, y)
    actions = ActionChains(driver, devices=[PointerInput(kind, kind)])
    pointer = actions.w3c_actions.pointer_action
    pointer.move_to_location(x, y).pointer_down()
    pointer.move_to_location(x + 1, y).pointer_up()
    actions.perform()


class TestEveryExplorer:
    @each_explorer
    def test_reacts_to_keys_and_says_its_values(self, show, name):
        case = CASES.get(name, Case())
        page = show(html(name))
        before = look(page, case.shown)
        press(page, case)
        wait_for_change(page, case.shown, before)
        wait(page, lambda _: re.search(case.said, look(page, SAID)[0]))

    @pytest.mark.parametrize("kind", ["mouse", POINTER_TOUCH, POINTER_PEN])
    @each_explorer
    def test_reacts_to_what_points(self, show, name, kind):
        case = CASES.get(name, Case())
        page = show(html(name))
        before = look(page, case.shown)
        touch(page, case.target, 0.75, 0.4, kind)
        wait_for_change(page, case.shown, before)

    @each_explorer
    def test_fits_a_narrow_window(self, show, name):
        page = show(html(name), width=460)
        assert run(page, OVERHANG) == []

    @each_explorer
    def test_follows_jupyterlabs_light_and_dark(self, show, name):
        page = show(html(name))
        turn = "(light) => void (document.body.dataset.jpThemeLight = light)"
        read = "(s) => getComputedStyle(document.querySelector(s)).backgroundColor"
        sheets = f"() => ({LOOK})([...document.querySelectorAll('{SHEETS}')])"
        run(page, turn, "true")
        assert luminance(run(page, read, ".explorer")) > 0.9
        before = run(page, sheets)
        run(page, turn, "false")
        assert luminance(run(page, read, ".explorer")) < 0.1
        if before:  # what is drawn in ink is drawn anew
            wait_for_change(page, SHEETS, before)


def test_the_plane_shows_what_the_model_decodes(show):
    page, model = show(html("LatentPlane")), checkpoints.load("vae-2d")
    left, right, *_ = made("LatentPlane").data["box"]
    for _ in range(3):
        page.find_element(By.CSS_SELECTOR, PLANE).send_keys(Keys.ARROW_RIGHT)
    wanted = rounded(model.decode(torch.tensor([[3 * (right - left) / 60, 0]])))
    copy = f"() => ({GREYS})([document.querySelector('{COPY}')])"
    wait(page, lambda _: np.abs(np.array(run(page, copy)) - wanted).max() <= 1)


@torch.no_grad()
def test_a_convolutional_decoder_draws_in_colour(show):
    page = show(colour.made("LatentPlane").to_html())
    left, right, *_ = colour.made("LatentPlane").data["box"]
    page.find_element(By.CSS_SELECTOR, PLANE).send_keys(*5 * [Keys.ARROW_RIGHT])
    z = torch.tensor([[5 * (right - left) / 60, 0]])
    wanted = 255 * colour.MODEL.decode(z)[0].movedim(0, -1).numpy()

    def near(_):
        found = np.array(run(page, PIXELS, COPY)).reshape(*colour.SHAPE[1:], 4)
        return np.abs(found[..., :3] - wanted).max() <= 3  # float16 weights

    wait(page, near)
    touch(page, PLANE, 0.2, 0.3, "mouse")
    wait(page, lambda _: not near(_))


def test_what_goes_wrong_is_seen(driver, tmp_path):
    """All other tests stand on it: they fail on any such thing."""
    wrong = """<script>console.error("said"); Promise.reject("left");
    setTimeout(() => { throw Error("thrown"); }); fetch("http://example.invalid/");
    </script><img src="none.png">"""
    path = tmp_path / "page.html"
    path.write_text(engines.LISTEN + wrong, encoding="utf-8")
    driver.get(path.as_uri())
    wait(driver, lambda _: len(driver.execute_script("return trouble")) == 5)
    said = " ".join(driver.execute_script("return trouble"))
    # WebKit does not say of a file what its script threw.
    for part in ("said", "left", "Script error", "asked for http:", "none.png"):
        assert part in said
