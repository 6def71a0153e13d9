"""A convolutional model in colour, of a size of its own, in every explorer."""

import pytest
import torch
from cases import SAID
from colour import EVERY, IMAGES, MODEL, SHAPE, made
from pages import (
    COPY,
    PAD,
    PLANE,
    drag,
    look,
    wait_for_change,
)
from playwright.sync_api import expect

from course_lib import explorers

PIXELS = """(canvases) => canvases.map((canvas) => {
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  return [width, height, getComputedStyle(canvas).aspectRatio, Array.from(data)];
})"""


each = pytest.mark.parametrize("name", EVERY)


def pictures(page, selector):
    """Return what canvases show, (n, 3, h, w) in [0, 1], each of the right shape."""
    found = page.locator(selector).evaluate_all(PIXELS)
    assert found
    for width, height, aspect, _ in found:
        assert (height, width) == SHAPE[1:]
        assert aspect == "32 / 24"
    levels = torch.tensor([data for *_, data in found]) / 255
    return levels.reshape(-1, *SHAPE[1:], 4)[..., :3].movedim(-1, 1)


@each
def test_it_runs_in_the_browser(name):
    assert made(name).problem == made(name).hint == ""
    for spec in made(name).networks.values():
        assert "layers" in spec


@each
def test_its_pictures_have_their_shape_and_colours(show, name):
    page = show(made(name).to_html())
    shown = ":is(figure, button) canvas:not([hidden] *, [aria-label^='samples'])"
    slots = page.locator("button:not([style*='hidden']) canvas").count()
    assert slots >= (0 if name in ("LatentMap", "LatentPlane") else 4)
    shown += ":not([style*='hidden'] *)"
    assert pictures(page, shown).std() > 0.05
    expect(page.locator(".explorer-problem")).to_be_hidden()
    expect(page.locator(".explorer-note", has_text="kernel")).to_have_count(0)
    if name in ("Damage", "Bottleneck", "BetaSlider"):
        wanted = IMAGES[:4] / 255
        assert page.get_by_role("button", name="class 3").count() == 1
        found = pictures(page, ".explorer-thumbnails button canvas")
        torch.testing.assert_close(found[:4], wanted, atol=0.003, rtol=0)


@torch.no_grad()
def test_the_plane_shows_what_torch_decodes(show):
    page = show(made("LatentPlane").to_html())
    before = look(page, COPY)
    page.locator(PLANE).press("Shift+ArrowRight")
    wait_for_change(page, COPY, before)
    left, right, *_ = made("LatentPlane").data["box"]
    wanted = MODEL.decode(torch.tensor([[5 * (right - left) / 60, 0.0]]))
    found = pictures(page, COPY)
    torch.testing.assert_close(found, wanted, atol=0.01, rtol=0)  # float16 weights
    expect(page.locator(SAID)).to_contain_text("the nearest code is of class ")


@pytest.mark.parametrize("name", ["LatentPlane", "Damage", "Threshold", "Bottleneck"])
def test_a_drawing_in_colour_goes_through_it(show, name):
    page = show(made(name).to_html())
    shown = ".explorer-histogram[tabindex]" if name == "Threshold" else COPY
    before = look(page, shown)
    drag(page, page.locator(PAD), (0.3, 0.2), (0.7, 0.2), (0.4, 0.8))
    wait_for_change(page, shown, before)
    expect(page.locator(".explorer-problem")).to_be_hidden()
    if name == "Bottleneck":
        x, x_hat = pictures(page, "figure canvas")
        assert x.amax((1, 2))[0] > 0.9  # the pen is red with some green
        with torch.no_grad():
            wanted = MODEL.decode(MODEL.encode(x[None])[0])[0]
        assert (x_hat - wanted).abs().max() < 0.05  # x was rounded to 1/255


def test_samples_of_a_vae_are_in_colour(show):
    page = show(made("BetaSlider").to_html())
    samples = page.get_by_role("img", name="samples of the model, beta 1")
    expect(samples).to_have_count(1)
    ((width, height, _, data),) = samples.evaluate_all(PIXELS)
    assert (width, height) == (8 * 34 - 2, 2 * 26 - 2)
    found = torch.tensor(data).reshape(height, width, 4)[26:, 34:66, :3] / 255
    z = torch.randn(16, 2, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        wanted = MODEL.decode(z[9:10])[0].movedim(0, -1)
    torch.testing.assert_close(found, wanted, atol=0.003, rtol=0)


def test_too_many_pictures_are_said(show):
    images = torch.zeros(1, *SHAPE, dtype=torch.uint8).expand(18_000, -1, -1, -1)
    labels = torch.zeros(18_000, dtype=torch.int64)
    widget = explorers.LatentMap(MODEL, images=images, labels=labels)
    page = show(widget.to_html())
    words = "These pictures take 42 MB, of which a browser gets 32 at most. Give fewer"
    expect(page.get_by_role("alert")).to_contain_text(words)
