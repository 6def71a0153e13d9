"""Explorers in a real JupyterLab: Python hears what the student does, and answers."""

import json
import time
from contextlib import contextmanager
from pathlib import Path

import jupyter
import nbformat
import numpy as np
import pytest
import torch
from jupyter import NOTEBOOK
from pages import (
    COPY,
    PAD,
    PLANE,
    SECONDS,
    SHEETS,
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
)
from playwright.sync_api import expect

from course_lib import checkpoints

ROOT = Path(__file__).resolve().parents[2]
SETUP = '''\
import json
import torch
from torch import nn
from course_lib import checkpoints, losses, models
from course_lib.explorers import LatentMap, LatentPlane
from course_lib.training import fit

def show(model, z):
    with torch.no_grad():
        print(json.dumps(model.decode(torch.tensor([z])).flatten().tolist()))

class Convolution(nn.Module):
    """A model whose last layer no browser knows."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Conv2d(1, 2, 28), nn.Flatten())
        steps = [nn.Unflatten(1, (2, 1, 1)), nn.ConvTranspose2d(2, 1, 28)]
        self.decoder = nn.Sequential(*steps, nn.Hardsigmoid())
        self.runs = 0

    def encode(self, x):
        return self.encoder(x)

    def decode(self, z):
        self.runs += 1
        return self.decoder(z).flatten(1)

torch.manual_seed(0)
small = models.VAE(hidden_dim=16, latent_dim=2)
convolution = Convolution()
for weights in convolution.parameters():
    nn.init.normal_(weights)
'''
# Bright spots at places of their own: two numbers say all that there is to say.
TRAIN = """\
rows, places = torch.arange(28.0), 6 + 16 * torch.rand(200, 2, 1)
down, across = torch.exp(-((rows - places) ** 2) / 20).unbind(1)
spots = (down[:, :, None] * across[:, None])[:, None]

def loss(model, x):
    x_hat, mu, logvar = model(x)
    return losses.vae_loss(x_hat, x.flatten(1), mu, logvar)

fit(learner, spots, loss, epochs=6, batch_size=20, on_epoch=learning.refresh)
"""
CELLS = {
    "setup": SETUP,
    "plane": 'vae = checkpoints.load("vae-2d")\nplane = LatentPlane(vae)\nplane',
    "learning": "learner = models.VAE(hidden_dim=16, latent_dim=2)\n"
    "learning = LatentPlane(learner)\nlearning",
    "kernel": "slow = LatentPlane(convolution)\nslow",
    "two": "first, second = LatentPlane(small), LatentMap(small)\n"
    "display(first, second)",
    "again": "plane",
    "too large": "LatentPlane(models.VAE())",
    "train": "",  # filled in once the explorers are there
}
RUN = f"""async (code) => {{
  const future = {NOTEBOOK}.sessionContext.session.kernel.requestExecute({{ code }});
  const found = {{ text: "", error: "" }};
  future.onIOPub = ({{ header, content }}) => {{
    if (content.name === "stdout") found.text += content.text;
    if (header.msg_type === "error") found.error = content.evalue || content.ename;
  }};
  await future.done;
  return found;
}}"""
RUN_CELL = f"""async ([index, source]) => {{
  const {{ content }} = {NOTEBOOK};
  content.activeCellIndex = index;
  content.activeCell.model.sharedModel.setSource(source);
  await jupyterapp.commands.execute("notebook:run-cell");
  const {{ outputs }} = content.activeCell.model.toJSON();
  return outputs.filter((output) => output.output_type === "error")
    .map((output) => `${{output.ename}}: ${{output.evalue}}`);
}}"""
# 30 keys at once: no answer can come in between.
BURST = """(plane) => {
  for (let i = 0; i < 30; i++) {
    plane.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight" }));
  }
}"""


class Notebook:
    """A notebook open in JupyterLab: its page, its cells by name, its kernel."""

    def __init__(self, page, cells):
        self.page, self.names = page, list(cells)

    def cell(self, name):
        return self.page.locator(".jp-CodeCell").nth(self.names.index(name))

    def explorer(self, name, number=0):
        return self.cell(name).locator("section.explorer").nth(number)

    def run(self, name, source):
        """Write a cell, run it, and wait until it is done without an error."""
        arguments = [self.names.index(name), source]
        errors = jupyter.ask(self.page, RUN_CELL, arguments, seconds=120)
        assert errors == []

    def value(self, expression):
        """Return what a Python expression gives in the kernel, by way of JSON."""
        return json.loads(self.python(f"print(json.dumps({expression}))"))

    def python(self, code):
        """Run code in the kernel, beside the cells; return what it prints."""
        found = jupyter.ask(self.page, RUN, code)
        assert not found["error"]
        return found["text"].strip()

    def unit(self, plane):
        """Return how far an arrow key moves z on a plane."""
        left, right, *_ = self.value(f"{plane}.data['box']")
        return (right - left) / 60

    def wait_for(self, code, wanted):
        """Wait until the kernel prints what is wanted."""
        until = time.monotonic() + SECONDS
        while (found := self.python(code)) != wanted and time.monotonic() < until:
            self.page.wait_for_timeout(50)
        assert found == wanted

    def pictured(self, model, z):
        """Return the grey levels of what a model of the kernel's decodes, (1, 784)."""
        return 255 * np.array([json.loads(self.python(f"show({model}, {z})"))])

    def wait_until_near(self, expression, wanted, by=1e-6):
        """Wait until an expression of the kernel's is near these numbers."""
        differences = (
            f"[abs(a - b) for a, b in zip({expression}, {wanted}, strict=True)]"
        )
        self.wait_for(f"print(max({differences}) < {by})", "True")

    def wait_for_picture(self, explorer, wanted, levels=1):
        """Wait until an explorer's main picture has these grey levels."""
        wait_for_greys(explorer.locator(COPY), wanted, levels)


@pytest.fixture(scope="module")
def lab(browser, tmp_path_factory):
    """A JupyterLab on an empty folder, whose kernels take this very course_lib."""
    root = tmp_path_factory.mktemp("lab")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.setenv("OMP_NUM_THREADS", "1")
        with jupyter.lab(root) as port:
            yield port, root


@contextmanager
def opened(browser, lab, cells):
    """Open a notebook of these cells, by name, all run; yield it."""
    port, root = lab
    made = nbformat.v4.new_notebook()
    made.cells = [nbformat.v4.new_code_cell(cell) for cell in cells.values()]
    made.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(made, root / "lesson.ipynb")
    with jupyter.notebook(browser, port, "lesson.ipynb") as (page, errors):
        strays = []
        page.on("request", lambda request: strays.append(request.url))
        assert jupyter.run_all(page) == []
        yield Notebook(page, cells)
        assert errors == []
        here = (f"http://127.0.0.1:{port}/", "data:", "blob:")
        assert [url for url in strays if not url.startswith(here)] == []


@pytest.fixture(scope="class")
def shared(browser, lab):
    """One notebook for all tests of a class."""
    with opened(browser, lab, CELLS) as notebook:
        yield notebook


class TestOneNotebook:
    """These leave its kernel running and its cells where they are."""

    @pytest.fixture
    def notebook(self, shared, trouble):
        trouble.watch(shared.page)
        yield shared
        trouble.leave(shared.page)

    def test_explorers_appear(self, notebook):
        for name, count in [("plane", 1), ("learning", 1), ("kernel", 1), ("two", 2)]:
            cell = notebook.cell(name)
            expect(cell.locator(f"section.explorer {PLANE}:visible")).to_have_count(
                count
            )
            expect(cell.locator(".explorer-problem:visible")).to_have_count(0)

    def test_a_model_that_does_not_fit_is_said(self, notebook):
        alert = notebook.cell("too large").get_by_role("alert")
        expect(alert).to_contain_text(
            "This model's code has 20 numbers; a plane shows 2"
        )

    def test_python_hears_where_the_student_has_dragged(self, notebook):
        explorer = notebook.explorer("plane")
        plane = explorer.locator(PLANE)
        places = drag(notebook.page, plane, (0.5, 0.5), (0.2, 0.9), (0.7, 0.3))
        z = point(plane, places[-1], notebook.value("plane.data['box']"))
        notebook.wait_until_near("plane.z", z)
        notebook.wait_for_picture(explorer, notebook.pictured("vae", z))

    def test_python_hears_what_was_drawn(self, notebook):
        explorer = notebook.explorer("plane")
        drag(notebook.page, explorer.locator(PAD), (0.5, 0.2), (0.5, 0.8))
        notebook.wait_for("print(len(plane.drawn))", "784")
        least, most = notebook.value("[min(plane.drawn), max(plane.drawn)]")
        assert least == 0
        assert 0.9 < most <= 1
        encoded = "vae.encode(torch.tensor([plane.drawn]))[0][0].tolist()"
        notebook.wait_until_near("plane.z", notebook.value(encoded), by=1e-4)

    def test_what_python_sets_is_shown(self, notebook):
        explorer = notebook.explorer("two")
        for z in ([1.5, -0.75], [-0.25, 0.5]):
            notebook.python(f"first.z = {z}")
            notebook.wait_for_picture(explorer, notebook.pictured("small", z))
            assert notebook.value("first.z") == z

    def test_training_is_seen(self, notebook):
        explorer = notebook.explorer("learning")
        before = greys(explorer.locator(COPY))
        notebook.run("train", TRAIN)
        # What comes too fast for the server waits; the last weights come in any case.
        notebook.wait_for("print(learning._due is None)", "True")
        wanted = notebook.pictured("learner", notebook.value("learning.z"))
        assert np.abs(wanted - before).max() > 20
        notebook.wait_for_picture(explorer, wanted, levels=2)  # they come as float16

    def test_the_kernel_runs_what_the_browser_cannot(self, notebook):
        explorer = notebook.explorer("kernel")
        expect(explorer.get_by_text("so the kernel runs it")).to_be_visible()
        left, right, bottom, top = notebook.value("slow.data['box']")
        notebook.python(f"slow.z = [{left}, {(bottom + top) / 2}]")
        start = notebook.pictured("convolution", [left, (bottom + top) / 2])
        notebook.wait_for_picture(explorer, start)
        middle = [(left + right) / 2, (bottom + top) / 2]
        wanted = notebook.pictured("convolution", middle)
        assert np.abs(wanted - start).max() > 5
        before = notebook.value("convolution.runs")
        explorer.locator(PLANE).evaluate(BURST)
        notebook.wait_for_picture(explorer, wanted)
        notebook.wait_until_near("slow.z", middle)
        # The first question was on its way; of the others only the last was asked.
        assert notebook.value("convolution.runs") == before + 2
        for _ in range(30):
            explorer.locator(PLANE).press("ArrowLeft")
        notebook.wait_for_picture(explorer, start)

    def test_keys_in_an_explorer_stay_in_it(self, notebook):
        page = notebook.page
        state = f"""() => {{
          const {{ activeCellIndex, mode, widgets }} = {NOTEBOOK}.content;
          return [activeCellIndex, mode, widgets.length];
        }}"""
        plane, sliding = notebook.explorer("plane"), notebook.explorer("two", 1)
        for control, keys in [
            (
                plane.locator(PLANE),
                ["ArrowDown", "ArrowUp", "Home", "b", "x", "d", "d"],
            ),
            (plane.locator(PAD), ["ArrowDown", "Space", "ArrowUp", "Delete", "a"]),
            (plane.get_by_role("button").first, ["Enter", "Space", "y"]),
            (sliding.locator("input"), ["End", "ArrowLeft", "ArrowDown", "j", "x"]),
        ]:
            control.focus()
            before = page.evaluate(state)
            for key in keys:
                page.keyboard.press(key)
            assert page.evaluate(state) == before
        assert float(sliding.locator("input").input_value()) == 4 - 2 * 0.25

    def test_two_explorers_of_one_model_are_two(self, notebook):
        first, second = (notebook.explorer("two", i) for i in (0, 1))
        left, right, bottom, top = notebook.value("second.data['box']")
        nearest = [min(right, max(left, 0.0)), min(top, max(bottom, 0.0))]
        notebook.wait_until_near("second.z", nearest)
        at_first = notebook.pictured("small", nearest)
        notebook.wait_for_picture(second, at_first)
        notebook.python("first.z = [0.0, 0.0]")
        notebook.wait_for_picture(first, notebook.pictured("small", [0.0, 0.0]))
        first.locator(PLANE).press("Shift+ArrowRight")
        z = [5 * notebook.unit("first"), 0.0]
        notebook.wait_until_near("first.z", z)
        moved = notebook.pictured("small", z)
        assert np.abs(moved - at_first).max() > 3
        notebook.wait_for_picture(first, moved)
        notebook.wait_for_picture(second, at_first)
        assert notebook.value("second.z") == pytest.approx(nearest, abs=1e-6)

    def test_two_views_of_one_explorer_are_one(self, notebook):
        first, second = notebook.explorer("plane"), notebook.explorer("again")
        unit = notebook.unit("plane")
        for moved, follower in [(first, second), (second, first)]:
            moved.locator(PLANE).press("Home")
            moved.locator(PLANE).press("Shift+ArrowDown")
            moved.locator(PLANE).press("ArrowLeft" if moved is first else "ArrowRight")
            z = [(-unit if moved is first else unit), -5 * unit]
            notebook.wait_until_near("plane.z", z)
            for explorer in (moved, follower):
                notebook.wait_for_picture(explorer, notebook.pictured("vae", z))

    def test_the_dark_theme_is_followed(self, notebook):
        page = notebook.page
        before = look(page, SHEETS)
        try:
            self.change_theme(page, "JupyterLab Dark")
            wait_for_change(page, SHEETS, before)
            (behind, *_) = map(luminance, colours(page, ".explorer", "backgroundColor"))
            assert behind < 0.05
            for ink in map(luminance, colours(page, ".explorer p:visible", "color")):
                assert (ink + 0.05) / (behind + 0.05) >= 4.5
        finally:
            self.change_theme(page, "JupyterLab Light")
        page.wait_for_function("() => document.body.dataset.jpThemeLight === 'true'")

    def change_theme(self, page, theme):
        command = (
            "(theme) => jupyterapp.commands.execute('apputils:change-theme', { theme })"
        )
        jupyter.ask(page, command, theme)


class TestTheKernelAndThePage:
    @pytest.fixture
    def notebook(self, browser, lab, trouble):
        cells = {name: CELLS[name] for name in ("setup", "plane", "kernel")}
        with opened(browser, lab, cells) as notebook:
            trouble.watch(notebook.page)
            yield notebook
            trouble.leave(notebook.page)

    def reacts(self, notebook):
        """Assert that both explorers do as the student and the kernel say."""
        for name, variable, model in [
            ("plane", "plane", "vae"),
            ("kernel", "slow", "convolution"),
        ]:
            explorer = notebook.explorer(name)
            expect(explorer.get_by_role("alert")).to_be_hidden()
            explorer.locator(PLANE).press("Home")
            explorer.locator(PLANE).press("Shift+ArrowRight")
            notebook.wait_for(f"print({variable}.z[0] > 0)", "True")
            z = notebook.value(f"{variable}.z")
            notebook.wait_for_picture(explorer, notebook.pictured(model, z))

    def test_weights_live_in_the_page_when_the_kernel_restarts(self, notebook):
        self.reacts(notebook)
        unit = notebook.unit("plane")
        restart = f"() => {NOTEBOOK}.sessionContext.restartKernel()"
        jupyter.ask(notebook.page, restart, seconds=120)
        assert notebook.python("print('plane' in globals())") == "False"
        plane, slow = notebook.explorer("plane"), notebook.explorer("kernel")
        plane.locator(PLANE).press("Home")
        plane.locator(PLANE).press("Shift+ArrowUp")
        with torch.no_grad():
            wanted = checkpoints.load("vae-2d").decode(torch.tensor([[0, 5 * unit]]))
        notebook.wait_for_picture(plane, rounded(wanted))
        expect(plane.get_by_role("alert")).to_be_hidden()
        slow.locator(PLANE).press("Home")
        alert = slow.get_by_role("alert")
        expect(alert).to_contain_text("the kernel does not answer")
        assert jupyter.run_all(notebook.page) == []
        self.reacts(notebook)  # and all is well again

    def test_they_come_back_when_a_notebook_is_opened_again(self, notebook):
        self.reacts(notebook)
        page = notebook.page
        jupyter.ask(page, SAVE_AND_CLOSE)
        expect(page.locator("section.explorer")).to_have_count(0)
        jupyter.ask(page, OPEN, seconds=120)
        expect(page.locator("section.explorer")).to_have_count(2)
        assert notebook.value("plane.z[0] > 0")  # the same kernel
        self.reacts(notebook)


def test_a_lesson_that_is_opened_tomorrow_shows_its_explorer(browser, lab):
    """The new kernel knows nothing of it; the setting comes with the package.

    On a busy machine the widgets' manager may look for a widget before it has read the
    notebook. Whoever meets that opens the lesson once more, as this test does.
    """
    port, _ = lab
    cells = {name: CELLS[name] for name in ("setup", "plane")}
    with opened(browser, lab, cells) as notebook:
        jupyter.ask(notebook.page, SAVE_AND_CLOSE)
    for _ in range(3):
        with jupyter.notebook(browser, port, "lesson.ipynb") as (page, _):
            explorer = page.locator("section.explorer")
            if not eventually(page, lambda e=explorer: e.count() == 1, seconds=10):
                continue
            assert (
                Notebook(page, cells).python("print('plane' in globals())") == "False"
            )
            before = look(page, COPY)
            page.locator(PLANE).press("ArrowUp")
            wait_for_change(page, COPY, before)
            return
    pytest.fail("no explorer in a lesson that was opened again, in three tries")


SAVE_AND_CLOSE = f"""async () => {{
  await jupyterapp.commands.execute("docmanager:save");
  {NOTEBOOK}.dispose();
}}"""
OPEN = f"""async () => {{
  const path = "lesson.ipynb";
  await jupyterapp.commands.execute("docmanager:open", {{ path, factory: "Notebook" }});
  await {NOTEBOOK}.sessionContext.ready;
}}"""
