"""Draw the README's pictures: networks trained here and now, and a live explorer.

make pictures     or     python -m benchmarks.pictures
"""

import sys

import matplotlib.pyplot as plt
import torch

from course_lib import data, plots
from course_lib.explorers import LatentPlane
from course_lib.losses import reconstruction_loss
from course_lib.models import Autoencoder
from course_lib.teaching.lessons import ROOT
from course_lib.training import fit
from tests.browser import jupyter

FOLDER = ROOT / "docs"


def draw_bottleneck():
    """Draw ten digits and their copies from ever longer codes."""
    dataset = data.load("mnist", fallback="digits")
    test = dataset.test
    first = [test.labels.tolist().index(digit) for digit in range(10)]
    x = data.to_float(test.images[first])
    rows = {"original": x}
    for latent_dim in (1, 2, 4, 8, 16, 32):
        torch.manual_seed(0)
        model = Autoencoder(latent_dim=latent_dim)
        fit(
            model,
            dataset.train.images,
            lambda model, x: reconstruction_loss(model(x), x, "mse"),
            epochs=max(1, 240_000 // len(dataset.train)),
            progress=False,
        )
        with torch.no_grad():
            name = f"{latent_dim} number{'s' if latent_dim > 1 else ''}"
            rows[name] = model(x)
    plots.images(rows, alt="Ten digits and their copies from codes of 1 to 32 numbers.")
    plt.savefig(FOLDER / "bottleneck.png", dpi=120, facecolor="white")
    print(f"wrote bottleneck.png from {dataset.name}")


def photograph_explorer():
    """Open a LatentPlane in a browser, drag its point, and take a picture."""
    if not jupyter.chromium():
        sys.exit("no Chromium found: install it, such as Debian's package chromium")
    with jupyter.browser() as browser:
        page = browser.new_page(
            viewport={"width": 860, "height": 600}, device_scale_factor=2
        )
        page.set_content(LatentPlane().to_html())
        plane = page.locator("canvas[aria-roledescription='plane']")
        box = plane.bounding_box()
        page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
        page.mouse.down()
        page.mouse.move(box["x"] + 0.36 * box["width"], box["y"] + 0.4 * box["height"])
        page.mouse.up()
        page.wait_for_timeout(300)  # the words follow the picture
        page.evaluate("document.activeElement.blur()")  # its ring is for the keyboard
        around = page.locator(".explorer").first.bounding_box()
        around["x"], around["width"] = around["x"] - 8, around["width"] + 16
        around["y"], around["height"] = around["y"] - 8, around["height"] + 16
        page.screenshot(path=FOLDER / "latent_plane.png", clip=around)
    print("wrote latent_plane.png")


if __name__ == "__main__":
    draw_bottleneck()
    photograph_explorer()
