"""Explorers in pages on disk: they react with no kernel and no network."""

import functools
import re

import nbformat
import numpy as np
import pytest
import torch
from cases import CASES, RANGE, SAID, THUMBNAIL, Case, html, made
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from pages import (
    COPY,
    GREYS,
    LOOK,
    NEXT_FRAME,
    OVERHANG,
    PAD,
    PLANE,
    SHEETS,
    box_of,
    colours,
    drag,
    eventually,
    greys,
    look,
    luminance,
    point,
    rounded,
    wait_for_change,
    wait_for_greys,
    wait_for_return,
)
from playwright.sync_api import expect
from torch import nn

from course_lib import checkpoints, data, explorers, metrics, models
from course_lib.explorers import LatentPlane

each_explorer = pytest.mark.parametrize("name", explorers.__all__)


@pytest.mark.usefixtures("browser")
def test_every_case_is_of_an_explorer():
    assert CASES.keys() <= set(explorers.__all__)


def test_what_goes_wrong_in_a_page_is_seen(show, trouble):
    """All other tests stand on it: they fail on any such thing."""
    wrong = """console.error("said"); fetch("http://example.invalid/").catch(() => {});
    setTimeout(() => { window.done = true; throw Error("thrown"); });"""
    page = show(f"<script>{wrong}</script>", explorers=0)
    page.wait_for_function("() => window.done")
    page.evaluate(NEXT_FRAME)
    for part in ("console: said", "asked for: http://example", "uncaught: thrown"):
        assert any(words.startswith(part) for words in trouble.unexpected)
    trouble.allow("said|thrown|example")
    assert trouble.unexpected == []


# Words that stand on the explorer's own background.
WORDS = """.explorer :is(p, span, label, legend, th, td, output):not(
  :empty, [hidden], [aria-hidden])"""
# All that Tab stops at; a group of radio buttons is one stop.
CONTROLS = """() => {
  const selector = "button, input:not([type='radio']:not(:checked)), [tabindex]";
  window.controls = [...document.querySelectorAll(selector)].filter(
    (node) => !node.disabled && node.checkVisibility({ visibilityProperty: true }));
  return controls.map((_, i) => i);
}"""
# Where the focus is among the controls, and whether one can see that it is there.
FOCUSED = """() => {
  const node = document.activeElement;
  const { outlineStyle: style, outlineWidth: width } = getComputedStyle(node);
  return [controls.indexOf(node), style !== "none" && parseFloat(width) >= 2];
}"""


INNER = ("StaticText", "InlineTextBox")  # in the tree, with their element's traits


def tree(page):
    """Return the accessibility tree's nodes; a screen reader reads what they say."""
    session = page.context.new_cdp_session(page)
    found = []
    for node in session.send("Accessibility.getFullAXTree")["nodes"]:
        traits = {p["name"]: p["value"] for p in node.get("properties", [])}
        role = node.get("role", {}).get("value")
        found.append(
            {
                "id": node["nodeId"],
                "role": role,
                "name": node.get("name", {}).get("value", ""),
                "live": traits.get("live", {}).get("value"),
                "focusable": "focusable" in traits and role != "RootWebArea",
                "children": node.get("childIds", []),
            }
        )
    return found


def spoken(page, **wanted):
    """Return what the tree's nodes of one kind say, such as role="alert"."""
    nodes = {node["id"]: node for node in tree(page)}

    def words(node):
        if node["role"] == "StaticText":
            return node["name"]
        return "".join(words(nodes[i]) for i in node["children"] if i in nodes)

    found = [node for node in nodes.values() if wanted.items() <= node.items()]
    return [words(node) for node in found if node["role"] not in INNER]


class TestEveryExplorer:
    @each_explorer
    def test_reacts_to_keys_and_says_its_values(self, show, name):
        case = CASES.get(name, Case())
        page = show(html(name))
        before = look(page, case.shown)
        page.locator(case.control).first.press(case.key)
        wait_for_change(page, case.shown, before)
        assert page.locator(".explorer-problem:visible").count() == 0
        expect(page.locator(SAID)).to_have_text(re.compile(case.said))
        for label in page.locator("label:has(input[type='range'])").all():
            words = label.locator("output").inner_text()
            assert words
            slider = label.locator("input")
            expect(slider).to_have_attribute("aria-valuetext", words)

    @pytest.mark.chromium
    @each_explorer
    def test_its_live_region_alone_speaks(self, show, name):
        case = CASES.get(name, Case())
        page = show(html(name))
        page.locator(case.control).first.press(case.key)
        said = page.locator(SAID)
        expect(said).to_have_text(re.compile(case.said))
        assert spoken(page, live="polite") == [said.inner_text()]

    @each_explorer
    def test_reacts_to_the_pointer(self, show, name):
        case = CASES.get(name, Case())
        page = show(html(name))
        before = look(page, case.shown)
        drag(page, page.locator(case.target).first, (0.75, 0.4))
        wait_for_change(page, case.shown, before)

    @pytest.mark.chromium  # in Firefox, playwright's fingers touch nothing
    @each_explorer
    def test_reacts_to_a_finger(self, show, name):
        case = CASES.get(name, Case())
        page = show(html(name), width=360)
        before = look(page, case.shown)
        box = box_of(page.locator(case.target).first)
        x, y = box["x"] + 0.75 * box["width"], box["y"] + 0.4 * box["height"]
        page.touchscreen.tap(x, y)
        wait_for_change(page, case.shown, before)

    @each_explorer
    def test_fits_a_narrow_window(self, show, name):
        page = show(html(name), width=360)
        for extra in page.get_by_role("button", name="Sample z").all():
            extra.click()
        for width in (360, 250):
            page.set_viewport_size({"width": width, "height": 800})
            page.evaluate(NEXT_FRAME)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.evaluate(OVERHANG) == []

    @each_explorer
    def test_every_control_is_reached_by_tab(self, show, name):
        page = show(html(name))
        wanted = page.evaluate(CONTROLS)
        assert wanted
        for place in wanted:
            page.keyboard.press("Tab")
            assert page.evaluate(FOCUSED) == [place, True]

    @pytest.mark.chromium
    @each_explorer
    def test_every_control_has_a_name(self, show, name):
        page = show(html(name))
        wanted = page.evaluate(CONTROLS)
        radios = page.locator("input[type='radio']").count()
        names = [node["name"] for node in tree(page) if node["focusable"]]
        assert len(names) == len(wanted) + max(0, radios - 1)
        assert all(name.strip() for name in names)

    @pytest.mark.chromium
    @each_explorer
    def test_follows_the_systems_light_and_dark(self, show, name):
        page = show(html(name))
        self.turns_dark(page, name, lambda: page.emulate_media(color_scheme="dark"))

    @each_explorer
    def test_follows_jupyterlabs_light_and_dark(self, show, name):
        page = show(html(name))
        page.evaluate("() => void (document.body.dataset.jpThemeLight = 'true')")
        dark = "() => void (document.body.dataset.jpThemeLight = 'false')"
        self.turns_dark(page, name, lambda: page.evaluate(dark))

    def turns_dark(self, page, name, turn):
        case = CASES.get(name, Case())
        for scheme in ("light", "dark"):
            if scheme == "dark":
                before = page.locator(SHEETS).evaluate_all(LOOK)
                turn()
                if before:  # what is drawn in ink is drawn anew
                    wait_for_change(page, SHEETS, before)
            behind = luminance(colours(page, ".explorer", "backgroundColor")[0])
            assert (behind < 0.1) == (scheme == "dark")
            words = set(colours(page, WORDS, "color"))
            assert words
            for colour in words:
                dark, light = sorted([luminance(colour), behind])
                assert (light + 0.05) / (dark + 0.05) >= 4.5
        before = look(page, case.shown)
        page.locator(case.control).first.press(case.key)
        wait_for_change(page, case.shown, before)

    @pytest.mark.chromium  # elsewhere playwright cannot turn scripts off
    @each_explorer
    def test_leaves_something_where_no_script_runs(self, show, name):
        page = show(html(name), scripts=False)
        if name == "Quiz":
            page.locator("summary").first.click()
            expect(page.locator("details p").first).to_be_visible()
            return
        expect(page.get_by_text("open this lesson in JupyterLab")).to_be_visible()
        assert page.get_by_role("img").bounding_box()["width"] > 200


def caption(page):
    """Return the z that stands under a plane's picture."""
    words = page.locator(".accent .explorer-figure-value").inner_text()
    return [float(v) for v in re.findall(r"-?[\d.]+", words)]


class TestWhatIsShownIsTheModels:
    """The pictures and figures on the page against torch."""

    def test_the_plane_by_keys(self, show):
        page, model = show(html("LatentPlane")), checkpoints.load("vae-2d")
        left, right, *_ = made("LatentPlane").data["box"]
        unit = (right - left) / 60
        plane = page.locator(PLANE)
        z = [0, 0]
        for key, x, y in [
            ("ArrowRight", 1, 0), ("Shift+ArrowRight", 5, 0), ("ArrowUp", 0, 1),
            ("Shift+ArrowUp", 0, 5), ("ArrowLeft", -1, 0), ("ArrowDown", 0, -1),
            ("Shift+ArrowDown", 0, -5), ("Shift+ArrowLeft", -5, 0), ("ArrowUp", 0, 1),
        ]:  # fmt: skip
            plane.press(key)
            z = [z[0] + x * unit, z[1] + y * unit]
            near = pytest.approx(z, abs=0.006)
            assert eventually(page, lambda near=near: caption(page) == near)
            wanted = rounded(model.decode(torch.tensor([z])))
            wait_for_greys(page.locator(COPY), wanted)
        plane.press("Home")
        wanted = rounded(model.decode(torch.zeros(1, 2)))
        wait_for_greys(page.locator(COPY), wanted)

    def test_the_plane_by_pointer(self, show):
        page, model = show(html("LatentPlane")), checkpoints.load("vae-2d")
        plane, box = page.locator(PLANE), made("LatentPlane").data["box"]
        places = drag(page, plane, (0.5, 0.5), (0.2, 0.9), (0.7, 0.3))
        wanted = rounded(model.decode(torch.tensor([point(plane, places[-1], box)])))
        wait_for_greys(page.locator(COPY), wanted)
        page.mouse.move(*places[0])  # with no button down, nothing follows
        wait_for_greys(page.locator(COPY), wanted)
        drag(page, plane, (0.5, 0.5), (1.4, -0.2))  # out of the plane: its corner
        wanted = rounded(model.decode(torch.tensor([[box[1], box[3]]])))
        wait_for_greys(page.locator(COPY), wanted)

    def test_the_plane_compares_two_models(self, show):
        vae, other = checkpoints.load("vae-2d"), checkpoints.load("ae-2d")
        page = show(LatentPlane(vae, compare=other).to_html())
        digits = data.to_float(checkpoints.examples().images)
        labels = checkpoints.examples().labels
        first, last = (digits[labels == label][:1] for label in (3, 7))
        for group, digit in (("from", 3), ("to", 7)):
            page.get_by_role("group", name=group).get_by_role("button").nth(
                digit
            ).click()
        way = page.get_by_role("slider", name="t, the way")
        for key, t in [("Home", 0), ("ArrowRight", 0.01), ("End", 1)]:
            way.press(key)
            ends = [(vae.encode(x)[0], other.encode(x)) for x in (first, last)]
            codes = [(1 - t) * a + t * b for a, b in zip(*ends, strict=True)]
            wanted = [vae.decode(codes[0]), other.decode(codes[1])]
            pair = page.locator("figure:not(.accent) canvas")
            wait_for_greys(pair, rounded(torch.cat(wanted)))

    def test_the_map_follows_the_pointer_and_finds_the_nearest(self, show):
        page, model = show(html("LatentMap")), checkpoints.load("ae-2d")
        images = data.to_float(checkpoints.examples().images)
        with torch.no_grad():
            codes = model.encode(images)
        plane = page.locator(PLANE)
        box = box_of(plane)
        for share in (0.3, 0.6):
            x, y = box["x"] + share * box["width"], box["y"] + share * box["height"]
            place = round(x), round(y)
            page.mouse.move(*place)
            z = torch.tensor([point(plane, place, made("LatentMap").data["box"])])
            nearest = torch.cdist(z, codes).argmin()
            wanted = torch.cat([model.decode(z), images[nearest].reshape(1, 784)])
            wait_for_greys(page.locator("figure canvas"), rounded(wanted))
            spoken = f"label {checkpoints.examples().labels[nearest]}, "
            expect(page.locator("figcaption").nth(1)).to_contain_text(spoken)

    @torch.no_grad()
    def test_the_bottleneck_at_each_size(self, show):
        page = show(html("Bottleneck"))
        pca = checkpoints.load("pca-32")
        examples = checkpoints.examples()
        slider, digits = page.locator(RANGE), page.locator(THUMBNAIL)
        slider.press("Home")
        for size in made("Bottleneck").data["sizes"]:
            label = size % 10
            digits.nth(label).click()
            x = data.to_float(examples.images[examples.labels == label][:1])
            model = checkpoints.load(f"bottleneck-{size}")
            code = pca.encode(x)
            code[:, size:] = 0
            wanted = torch.cat([x.flatten(1), model(x), pca.decode(code).clamp(0, 1)])
            wait_for_greys(page.locator("figure canvas"), rounded(wanted))
            error = ((x.flatten(1) - model(x)) ** 2).sum()
            expect(page.locator("figure").nth(1)).to_contain_text(f"error {error:.1f}")
            slider.press("ArrowRight")

    @torch.no_grad()
    def test_what_is_damaged_is_denoised(self, show):
        page, model = show(html("Damage")), checkpoints.load("denoiser")
        clean, damaged, denoised = 0, 1, 2
        page.locator(RANGE).press("Home")  # no noise at all
        x = data.to_float(made("Damage")._images[2:3])
        wanted = rounded(torch.cat([x.flatten(1), x.flatten(1), model(x)]))
        canvases = page.locator("figure canvas")
        wait_for_greys(canvases, wanted)
        scratch = page.locator("[aria-roledescription='picture to scratch']")
        drag(page, scratch, (0.1, 0.52), (0.9, 0.52))
        y = x.clone()
        y[:, :, 13:16, 4:24] = 0
        found = greys(canvases)
        columns = np.s_[:, 4:24]
        scratched = [v.reshape(28, 28)[columns] for v in (found[damaged], rounded(y))]
        assert np.abs(scratched[0] - scratched[1]).max() <= 1
        assert np.abs(found[clean] - wanted[clean]).max() <= 1
        assert np.abs(found[denoised] - wanted[denoised]).max() > 20
        page.get_by_role("button", name="Undo scratches").click()
        wait_for_greys(canvases, wanted)

    def test_noise_is_as_strong_as_it_says(self, show):
        page = show(html("Damage"))
        slider, canvases = page.locator(RANGE), page.locator("figure canvas")
        page.get_by_role("radio", name="masking").check()
        slider.press("End")
        expect(page.locator("output")).to_have_text("0.90")
        clean, damaged, _ = greys(canvases)
        ink = clean > 0
        assert set(damaged[ink]) - set(clean) == {0} - set(clean)
        assert (damaged[ink] == 0).mean() == pytest.approx(0.9, abs=0.12)
        page.get_by_role("radio", name="salt-and-pepper").check()
        slider.press("End")
        expect(page.locator("output")).to_have_text("0.60")
        clean, damaged, _ = greys(canvases)
        dark = clean == 0
        assert (damaged[dark] == 255).mean() == pytest.approx(0.3, abs=0.08)
        page.get_by_role("radio", name="Gaussian").check()
        expect(page.locator("output")).to_have_text("0.50")
        clean, damaged, _ = greys(canvases)
        above = damaged[dark] / 255
        assert (above > 0).mean() == pytest.approx(0.5, abs=0.08)
        assert np.median(above[above > 0]) == pytest.approx(0.6745 * 0.5, abs=0.06)

    @torch.no_grad()
    def test_the_threshold_counts(self, show):
        page, model = show(html("Threshold")), checkpoints.load("anomaly-4")
        examples = checkpoints.examples()
        x = data.to_float(examples.images).flatten(1)
        scores = metrics.anomaly_score(model(x), x.reshape(-1, 1, 28, 28))
        fours = examples.labels == 4
        histogram = page.locator(".explorer-histogram[tabindex]")
        table = page.get_by_role("table", name="alarms by class")
        expect(histogram).to_have_attribute("aria-valuetext", re.compile("found"))
        for key in ["ArrowRight", "Shift+ArrowUp", "ArrowLeft", "Home"]:
            before = histogram.get_attribute("aria-valuenow")
            histogram.press(key)
            expect(histogram).not_to_have_attribute("aria-valuenow", before)
            t = float(histogram.get_attribute("aria-valuenow"))
            alarm = scores > t
            found, false = (alarm & ~fours).sum(), (alarm & fours).sum()
            words = f"{found} found, {900 - found} missed, {false} false alarms"
            assert histogram.get_attribute("aria-valuetext").endswith(words)
            cells = " ".join(table.get_by_role("cell").all_inner_texts())
            counts = [int(number) for number in re.findall(r"\d+", cells)]
            assert counts == [false, found, 100 - false, 900 - found]

    def test_the_estimates_of_a_gradient(self, show):
        page = show(html("NoiseSampler"))
        mu, sigma = page.get_by_role("slider").all()
        page.get_by_role("button", name="Freeze eps").click()
        before = self.figures(page, "mu 1.00, sigma 1.00")
        for _ in range(10):
            mu.press("ArrowRight")
        after = self.figures(page, "mu 1.50, sigma 1.00")
        assert after[0][0] - before[0][0] == pytest.approx(2 * 0.5, abs=0.011)
        assert after[0][1] == pytest.approx(before[0][1], abs=0.011)
        for _ in range(10):
            sigma.press("ArrowLeft")
        m, s = 1.5, 0.5
        exact = [2 * s, (m**4 / s**2 + 14 * m**2 + 15 * s**2) ** 0.5]
        found = self.figures(page, "mu 1.50, sigma 0.50")
        for (mean, sd, said), wanted in zip(found, exact, strict=True):
            assert said == pytest.approx(wanted, abs=0.006)
            assert sd == pytest.approx(wanted, rel=0.2)
            assert mean == pytest.approx(2 * m, abs=4 * wanted / 20)

    def figures(self, page, place):
        """Return the table's numbers, once they are those of mu and sigma."""
        expect(page.get_by_role("img", name=f"number line: {place}")).to_have_count(1)
        rows = page.get_by_role("row").all()[1:]
        cells = [row.get_by_role("cell").all_inner_texts() for row in rows]
        return [[float(v.replace("−", "-")) for v in row] for row in cells]

    @torch.no_grad()
    def test_beta_shows_its_own_model(self, show):
        page = show(html("BetaSlider"))
        model = checkpoints.load("beta-40")
        page.locator(RANGE).press("End")
        z = torch.randn(16, 20, generator=torch.Generator().manual_seed(0))
        samples = page.get_by_role("img", name="samples of the model, beta 40")
        expect(samples).to_have_count(1)
        # The second of the second row: pictures are 30 pixels apart, 8 in a row.
        read = GREYS.replace("(0, 0,", "(30, 30,")
        found = np.array(samples.evaluate_all(read))
        assert np.abs(found - rounded(model.decode(z[9:10]))).max() <= 1

    def test_the_first_answers_count(self, show):
        page = show(html("Quiz"))
        asked = explorers.quiz.questions("01")
        for number, question in enumerate(asked):
            buttons = page.locator("fieldset").nth(number).get_by_role("button")
            right = [option["correct"] for option in question["options"]].index(True)
            wrong = (right + 1) % len(question["options"])
            for chosen in [wrong, right] if number == 0 else [right]:
                buttons.nth(chosen).press("Space")
                expect(buttons.nth(chosen)).to_have_attribute("aria-pressed", "true")
                why = question["options"][chosen]["explanation"].replace("`", "")
                expect(page.get_by_text(why)).to_be_visible()
        expect(page.locator(".quiz-score")).to_have_text(
            "2 of 3 right at the first try."
        )


# What a drawing on the pad changes.
DRAWN = {
    "Bottleneck": "figure canvas",
    "Damage": "figure canvas",
    "LatentPlane": f"{COPY}, {PLANE}",
    "Threshold": ".explorer-histogram[tabindex]",
}


class TestThePad:
    @pytest.mark.parametrize("name", DRAWN)
    def test_what_is_drawn_by_pointer_goes_through_the_network(self, show, name):
        page = show(html(name))
        before = look(page, DRAWN[name])
        drag(page, page.locator(PAD), (0.3, 0.2), (0.7, 0.2), (0.4, 0.8))
        wait_for_change(page, DRAWN[name], before)
        page.get_by_role("button", name="Clear the pad").click()
        if name != "LatentPlane":  # there the point stays where it has gone
            wait_for_return(page, DRAWN[name], before)

    @pytest.mark.parametrize("name", DRAWN)
    def test_what_is_drawn_by_keys_does_too(self, show, name):
        page = show(html(name))
        before = look(page, DRAWN[name])
        pad = page.locator(PAD)
        pad.press("Shift+ArrowUp")
        pad.press("Space")
        for _ in range(4):
            pad.press("Shift+ArrowDown")
        pad.press("Space")
        wait_for_change(page, DRAWN[name], before)
        after = look(page, DRAWN[name])
        pad.press("Shift+ArrowLeft")  # the pen is up
        assert look(page, DRAWN[name]) == after
        pad.press("Delete")
        expect(page.locator(SAID)).to_have_text("pad cleared")

    @torch.no_grad()
    def test_the_network_gets_just_what_was_drawn(self, show):
        page, model = show(html("Bottleneck")), checkpoints.load("bottleneck-8")
        pictures = []
        for shift in (0, 0.15, 0.3):
            points = [(0.1 + shift, 0.1), (0.5 + shift, 0.1), (0.2 + shift, 0.6)]
            drag(page, page.locator(PAD), *points)
            expect(page.locator("[aria-pressed='true']")).to_have_count(0)
            x, x_hat, _ = greys(page.locator("figure canvas"))
            assert x.max() > 200
            wanted = rounded(model(torch.tensor(x[None] / 255).float()))
            assert np.abs(x_hat - wanted).max() <= 6  # x was rounded to 1/255
            pictures.append(x)
            page.get_by_role("button", name="Clear the pad").click()
        for moved in pictures[1:]:
            assert np.abs(moved - pictures[0]).max() <= 24

    @torch.no_grad()
    def test_a_drawing_lands_at_its_code(self, show):
        page, model = show(html("LatentPlane")), checkpoints.load("vae-2d")
        drag(page, page.locator(PAD), (0.5, 0.15), (0.5, 0.85))
        expect(page.locator(SAID)).to_contain_text("your digit lands here: z is ")
        assert page.locator(SAID).inner_text().endswith("a 1")
        copy = page.locator(COPY)

        def agree():  # as far as z is known: it is rounded to 0.01
            z = caption(page)
            wanted = rounded(model.decode(torch.tensor([z])))
            return z != [0, 0] and np.abs(greys(copy) - wanted).max() <= 8

        assert eventually(page, agree)

    @torch.no_grad()
    def test_a_drawing_is_judged(self, show):
        page, model = show(html("Threshold")), checkpoints.load("anomaly-4")
        drag(page, page.locator(PAD), (0.2, 0.2), (0.8, 0.8), (0.2, 0.8), (0.8, 0.2))
        verdict = page.locator("p:not([role])", has_text="Score of your drawing: ")
        expect(verdict).to_have_text(re.compile(r" above the threshold: alarm\.$"))
        x, *_ = greys(page.locator("figure canvas"))
        x = torch.tensor(x[None] / 255).float()
        score = ((x - model(x)) ** 2).sum().item()
        near = pytest.approx(score, rel=0.02)

        def said():
            return float(re.search(r": ([\d.]+),", verdict.inner_text())[1])

        assert eventually(page, lambda: said() == near)
        histogram = page.locator(".explorer-histogram[tabindex]")
        end = histogram.get_attribute("aria-valuemax")
        for _ in range(40):
            histogram.press("Shift+ArrowRight")
        expect(histogram).to_have_attribute("aria-valuenow", end)
        raised = "alarm" if score > float(end) else "no alarm"
        expect(verdict).to_have_text(re.compile(f": {raised}\\.$"))


class Convolution(nn.Module):
    """A model whose last layer no browser knows."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Conv2d(1, 2, 28), nn.Flatten())
        self.decoder = nn.Sequential(
            nn.Unflatten(1, (2, 1, 1)), nn.ConvTranspose2d(2, 1, 28), nn.Hardsigmoid()
        )

    def encode(self, x):
        return self.encoder(x)

    def decode(self, z):
        return self.decoder(z).flatten(1)


class TestWhatCannotBeShown:
    def alert(self, page):
        expect(page.get_by_role("alert")).to_be_visible()
        return page.get_by_role("alert").inner_text()

    def test_a_model_for_the_kernel_says_so(self, show):
        page = show(LatentPlane(Convolution()).to_html())
        assert "runs in a kernel, and a saved page has none" in self.alert(page)
        words = "This model uses `hardsigmoid`, which the browser does not know, so"
        expect(page.get_by_text(words)).to_be_visible()
        page.locator(PLANE).press("ArrowRight")  # and nothing breaks

    @pytest.mark.parametrize(
        "name", ["LatentPlane", "LatentMap", "Damage", "Threshold"]
    )
    def test_weights_that_are_no_numbers_are_said(self, show, name):
        model = models.Autoencoder(hidden_dim=8, latent_dim=2)
        nn.init.constant_(model.decoder[0].weight, float("nan"))
        page = show(getattr(explorers, name)(model).to_html())
        assert self.alert(page).startswith("The model's weights are not finite numbers")

    def test_a_code_of_another_size_is_said(self, show):
        page = show(LatentPlane(models.VAE(hidden_dim=8)).to_html())
        assert "code has 20 numbers; a plane shows 2" in self.alert(page)


def test_explorers_on_one_page_do_not_disturb_each_other(show):
    names = ["Damage", "LatentPlane", "Damage", "LatentPlane"]
    parts = [f"<div>{made(name)._repr_html_()}</div>" for name in names]
    start = "<!doctype html><meta charset=utf-8>"
    page = show(f"{start}<main>{''.join(parts)}</main>", explorers=4)
    places = [f"main > div:nth-child({i + 1})" for i in range(4)]

    def only_changes(number, act):
        before = [look(page, f"{place} canvas") for place in places]
        copy = look(page, f"{places[number]} {COPY}")
        act()
        wait_for_change(page, f"{places[number]} {COPY}", copy)
        after = [look(page, f"{place} canvas") for place in places]
        assert [i for i in range(4) if after[i] != before[i]] == [number]

    for i, (place, name) in enumerate(zip(places, names, strict=True)):
        case = CASES[name]
        control = page.locator(f"{place} {case.control}")
        only_changes(i, functools.partial(control.press, "ArrowRight"))
        target = page.locator(f"{place} {case.target}")
        only_changes(i, functools.partial(drag, page, target, (0.7, 0.4)))
    for i, choice in [(0, "salt-and-pepper"), (2, "masking")]:
        radio = page.locator(places[i]).get_by_role("radio", name=choice)
        only_changes(i, radio.check)
    chosen = page.locator("label:has(:checked)").all_inner_texts()
    assert chosen == ["salt-and-pepper", "masking"]


@pytest.fixture(scope="module")
def saved_notebook(browser):
    """A notebook that was run and saved as a page, as nbconvert does it."""
    cells = [
        "from course_lib.explorers import Bottleneck, LatentPlane, Quiz\nLatentPlane()",
        "Bottleneck()",
        'Quiz("01")',
    ]
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells]
    )
    client = NotebookClient(
        notebook, kernel_name="python3", timeout=120, store_widget_state=False
    )
    client.execute()
    page, _ = HTMLExporter().from_notebook_node(notebook)
    return page


def test_a_saved_notebook_is_alive(show, trouble, saved_notebook):
    # nbconvert's own page asks for MathJax, and for require.js for classic widgets.
    cdn = r"https://cdnjs\.cloudflare\.com/ajax/libs/(mathjax|require\.js)/[^ ]+\.js"
    trouble.allow(rf"^asked for: {cdn}")
    trouble.allow(rf"^console: Failed to load resource: net::ERR_\w+ \({cdn}")
    page = show(saved_notebook, explorers=3)
    for name in ("LatentPlane", "Bottleneck", "Quiz"):
        case, place = CASES[name], f".explorer[aria-label='{made(name).title}']"
        shown = f"{place} :is({case.shown})"
        before = look(page, shown)
        page.locator(f"{place} {case.control}").first.press(case.key)
        wait_for_change(page, shown, before)
        if name == "Quiz":
            continue
        before = look(page, shown)
        drag(page, page.locator(f"{place} {case.target}"), (0.75, 0.4))
        wait_for_change(page, shown, before)
