"""Watch pages for trouble, and read what they show."""

import base64
import re
import time

import numpy as np
from playwright.sync_api import expect

SECONDS = 30  # for a page to do what it is to do; what is slower is broken
expect.set_options(timeout=SECONDS * 1000)
PLANE = "canvas[aria-roledescription='plane']"
COPY = "figure.accent canvas"
PAD = "canvas[aria-roledescription='drawing pad']"
SHEETS = "canvas.explorer-sheet"  # what is drawn in the theme's colours
# Canvases that fit their place are drawn by then.
NEXT_FRAME = """() => new Promise((done) =>
  requestAnimationFrame(() => requestAnimationFrame(done)))"""
LOOK = """(nodes) => nodes.map((node) =>
  node.tagName === "CANVAS" ? node.toDataURL() : node.textContent)"""
GREYS = """(canvases) => canvases.map((canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, 28, 28);
  return Array.from({ length: 784 }, (_, i) => data[4 * i]);
})"""
# What sticks out of the window.
OVERHANG = """() => [...document.querySelectorAll("main *:not(.explorer-said)")]
  .filter((node) => node.checkVisibility({ visibilityProperty: true }))
  .filter((node) => !node.closest("[style*='overflow-x: auto'] *"))
  .filter((node) => node.getBoundingClientRect().right > innerWidth)
  .map((node) => node.outerHTML.slice(0, 80))"""
CHANGED = f"""([selector, before]) => {{
  const now = ({LOOK})([...document.querySelectorAll(selector)]);
  return now.length === before.length && now.every((part, i) => part !== before[i]);
}}"""
LIKE_BEFORE = f"""([selector, before]) => {{
  const now = ({LOOK})([...document.querySelectorAll(selector)]);
  return now.every((part, i) => part === before[i]);
}}"""

# What the tests of static/core need around it: bytes come and go as base64, and as they
# do in Jupyter: as a DataView that need not begin where its buffer does.
TOOLS = """async (source) => {
  const blob = new Blob([source], { type: "text/javascript" });
  window.core = await import(URL.createObjectURL(blob));
  window.view = (text) => {
    const bytes = Uint8Array.from("abc" + atob(text), (c) => c.charCodeAt(0));
    return new DataView(bytes.buffer, 3);
  };
  window.floats = (text) => {
    const { buffer } = view(text);
    return new Float32Array(buffer.slice(3));
  };
  window.base64 = (values) => {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    let text = "";
    for (const byte of bytes) text += String.fromCharCode(byte);
    return btoa(text);
  };
}"""


class Trouble:
    """All that went wrong in the pages of a test; `allow` says what had to."""

    def __init__(self):
        self.found, self.allowed = [], []

    def allow(self, pattern):
        self.allowed.append(re.compile(pattern))

    def watch(self, page):
        self._listen(page.on)

    def leave(self, page):
        self._listen(page.remove_listener)

    def _listen(self, act):
        act("pageerror", self._catch)
        act("console", self._hear)
        act("crash", self._mourn)

    def _catch(self, error):
        self.found.append(f"uncaught: {error}")

    def _mourn(self, page):
        self.found.append(f"crashed: {page.url}")

    def _hear(self, said):
        if said.type == "error":
            place = said.location.get("url", "")
            self.found.append(f"console: {said.text} ({place})")

    def refuse(self, route):
        """Let nothing through that would leave this machine, and keep its address."""
        self.found.append(f"asked for: {route.request.url}")
        route.abort()

    @property
    def unexpected(self):
        return [
            words
            for words in self.found
            if not any(pattern.search(words) for pattern in self.allowed)
        ]


def look(page, selector):
    """Return what elements show: a canvas its picture, any other its text."""
    found = page.locator(selector).evaluate_all(LOOK)
    assert found
    return found


def wait_for_change(page, selector, before):
    """Wait until all of these elements show something else than before."""
    page.wait_for_function(CHANGED, arg=[selector, before], timeout=SECONDS * 1000)


def wait_for_return(page, selector, before):
    """Wait until all of these elements show what they showed before."""
    page.wait_for_function(LIKE_BEFORE, arg=[selector, before], timeout=SECONDS * 1000)


def box_of(target):
    target.scroll_into_view_if_needed()
    return target.bounding_box()


def drag(page, target, *points):
    """Press on an element, go through points, shares of its size, and let go."""
    box = box_of(target)
    places = [
        (round(box["x"] + x * box["width"]), round(box["y"] + y * box["height"]))
        for x, y in points
    ]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=5)
    page.mouse.up()
    return places


def point(plane, place, box):
    """Return the z that a place in the window has on a plane of this box."""
    inside = "(node) => [node.clientLeft, node.clientWidth, node.clientHeight]"
    rim, width, height = plane.evaluate(inside)
    around, (left, right, bottom, top) = plane.bounding_box(), box
    x, y = place[0] - around["x"] - rim, place[1] - around["y"] - rim
    return [left + x / width * (right - left), top - y / height * (top - bottom)]


def colours(page, selector, kind):
    """Return elements' colours, such as their "backgroundColor", in CSS's own words."""
    read = f"(nodes) => nodes.map((node) => getComputedStyle(node).{kind})"
    return page.locator(selector).evaluate_all(read)


def luminance(colour):
    """Return a colour's relative luminance, as WCAG 2 defines it, from 0 to 1."""
    levels = np.array([int(part) for part in re.findall(r"\d+", colour)[:3]]) / 255
    linear = np.where(
        levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4
    )
    return linear @ [0.2126, 0.7152, 0.0722]


def greys(canvases):
    """Return what is on a locator's 28 × 28 canvases, 0 to 255, (n, 784)."""
    return np.array(canvases.evaluate_all(GREYS))


def wait_for_greys(canvases, wanted, levels=1):
    """Wait until 28 × 28 canvases show grey levels (n, 784), or nearly so."""
    eventually(canvases.page, lambda: np.abs(greys(canvases) - wanted).max() <= levels)
    found = greys(canvases)
    assert found.shape == wanted.shape
    assert np.abs(found - wanted).max() <= levels


def eventually(page, check, seconds=SECONDS):
    """Return whether a check comes true in time; words follow pictures by a frame."""
    until = time.monotonic() + seconds
    while not (true := check()) and time.monotonic() < until:
        page.wait_for_timeout(20)
    return true


def rounded(x_hat):
    """Return pictures as the grey levels that canvases ought to show, (n, 784)."""
    return (255 * x_hat.detach().reshape(-1, 784)).numpy()


def text(values, dtype):
    """Return an array's bytes as text, for a page."""
    return base64.b64encode(np.ascontiguousarray(values, dtype).tobytes()).decode()


def numbers(packed, dtype="<f4"):
    """Return the array whose bytes came as base64."""
    return np.frombuffer(base64.b64decode(packed), dtype)


def as_text(spec):
    """Return a network's spec with its bytes as base64."""
    if isinstance(spec, dict):
        return {key: as_text(value) for key, value in spec.items()}
    if isinstance(spec, list):
        return [as_text(value) for value in spec]
    return base64.b64encode(spec).decode() if isinstance(spec, bytes) else spec
