"""The reference: every public name is there, and its pages load nothing."""

import re
from pathlib import PurePosixPath

import pytest
from bs4 import BeautifulSoup

from course_lib import checks, explorers
from course_lib.teaching.publish import reference

# What other courses and the lessons count on, by the module that they import it from.
NAMES = {
    "data": "load to_float Dataset Split DataError",
    "models": "Autoencoder Autoencoder.encode Autoencoder.decode Autoencoder.forward "
    "VAE VAE.encode VAE.decode VAE.forward vae_from_textbook",
    "losses": "reconstruction_loss kl_divergence vae_loss VAELoss",
    "training": "fit",
    "claims": "claim ClaimFailed",
    "checkpoints": "load names card examples",
    "noise": "gaussian masking salt_and_pepper",
    "metrics": "psnr auroc knn_accuracy",
    "plots": "images curves",
    "checks": "Verdict Exercise Exercise.__call__ Mistake",
    "checks.engine": "after",
    "checks.messages": "Measured",
    "explorers.base": "Explorer Explorer.to_html",
    "explorers": " ".join(explorers.__all__),
}
EXERCISES = [name.replace("-", "_") for name in checks.EXERCISES]


@pytest.fixture(scope="module")
def pages():
    """The pages, parsed, by their paths."""
    return {
        name: BeautifulSoup(page, "html.parser")
        for name, page in reference.pages().items()
    }


def ids(page):
    return {node["id"] for node in page.select("[id]")}


@pytest.mark.parametrize("module", NAMES)
def test_the_names_that_others_count_on_are_there(pages, module):
    page = pages[f"course_lib/{module.replace('.', '/')}.html"]
    assert set(NAMES[module].split()) <= ids(page)
    assert f"course_lib.{module}" in pages["index.html"].get_text()


def test_every_exercise_is_there_with_what_its_function_takes(pages):
    page = pages["course_lib/checks.html"]
    assert set(EXERCISES) <= ids(page)
    said = page.find(id="squared_error").get_text()
    assert "squared_error(function)" in said
    assert "function(x_hat, x)" in said


def test_nothing_else_is_there(pages):
    assert not [name for name in pages if "teaching" in name or "/_" in name]
    for page in pages.values():
        named = {node["id"] for node in page.select("section[id], .classattr[id]")}
        inner = {name for name in named if name.split(".")[-1].startswith("_")}
        assert {name.split(".")[-1] for name in inner} <= {"__call__"}
        assert " at 0x" not in page.get_text()  # the same pages each time
    shown = [name for name, page in pages.items() if "LatentPlane" in ids(page)]
    assert shown == ["course_lib/explorers.html"]  # and not with its module as well


def test_a_class_shows_its_arguments_and_a_text_marks_them(pages):
    page = pages["course_lib/explorers.html"].find(id="LatentPlane")
    shown = re.sub(r"\s+", "", page.get_text())
    assert re.match(r"classLatentPlane\(model(:[\w.]+)?=None,\*,encode", shown)
    marked = {b.get_text() for b in page.select(".docstring b")}
    assert {"model", "images", "labels", "compare", "dtype"} <= marked


def test_a_text_marks_an_argument_only_where_it_says_what_it_is():
    def f(x, size): ...

    said = "<p>Of one size: both. x, size: numbers.</p>"
    member = reference.doc.Function("m", "f", f, ("m", "f"))
    assert reference.arguments(said, member) == (
        "<p>Of one size: both. <b>x</b>, <b>size</b>: numbers.</p>"
    )


def test_its_pages_load_nothing_and_are_small(pages):
    for name, page in pages.items():
        assert not page.select("[src], link:not([href^='data:']), iframe, input")
        assert not re.search(r"@import|url\(|fetch\(", str(page))
        assert len(str(page)) < 200_000, name
        assert len(page.find_all("h1")) == 1
        assert len(page.select_one("meta[name='description']")["content"]) > 20


def test_its_links_lead_somewhere(pages):
    found = 0
    for name, page in pages.items():
        for link in page.select("a[href]"):
            target, _, place = link["href"].partition("#")
            parts = [*PurePosixPath(name).parent.parts] if target else [name]
            for part in PurePosixPath(target).parts:
                parts = parts[:-1] if part == ".." and parts else [*parts, part]
            path = "/".join(parts)
            if path == "../index.html":  # the site's own
                continue
            assert path in pages, f"{name}: {link['href']}"
            assert not place or place in ids(pages[path]), f"{name}: {link['href']}"
            found += 1
    assert found > 200
