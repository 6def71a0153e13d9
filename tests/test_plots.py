"""The figures: what they draw, and the words they carry."""

import base64
import io
import math
import re

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
import torch
from nbclient import NotebookClient

from course_lib import plots

ALT = "three grey pictures"


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def test_images_are_drawn_in_their_rows_with_their_captions():
    x = torch.rand(3, 1, 28, 28)
    plots.images({"x": x, "x_hat": x.flatten(1)}, captions={"x_hat": "abc"}, alt=ALT)
    axes = plt.gcf().axes
    assert len(axes) == 6
    for k in range(3):
        for ax in (axes[k], axes[3 + k]):
            assert np.array_equal(ax.images[0].get_array(), x[k, 0].numpy())
            assert ax.images[0].get_clim() == (0, 1)
    assert [t.get_text() for ax in axes for t in ax.texts] == ["a", "b", "c"]
    assert [t.get_text() for t in plt.gcf().texts] == ["x", "x_hat"]


def test_all_pictures_have_the_same_size_on_the_page():
    plots.images({"a": torch.rand(4, 784), "b": torch.rand(4, 784)},
                 captions={"b": "1234"}, alt=ALT)  # fmt: skip
    boxes = {tuple(ax.get_window_extent().size.round(3)) for ax in plt.gcf().axes}
    assert len(boxes) == 1


def test_curves_draw_each_series_with_its_own_colour_and_marker():
    ax = plots.curves({"a": ([1, 2], [3, 4]), "b": ([1, 2], [5, 6])}, xlabel="size",
                      ylabel="error", xscale="log", alt=ALT)  # fmt: skip
    assert [list(line.get_ydata()) for line in ax.lines] == [[3, 4], [5, 6]]
    assert len({line.get_color() for line in ax.lines}) == 2
    assert len({line.get_marker() for line in ax.lines}) == 2
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_xscale()) == (
        "size",
        "error",
        "log",
    )


def test_a_figure_carries_its_words_and_is_sharp():
    plots.images({"x": torch.rand(3, 784)}, alt='a "quoted" <word> here')
    page = plots._as_html(plt.gcf())
    assert 'alt="a &quot;quoted&quot; &lt;word&gt; here"' in page
    png = plt.imread(io.BytesIO(base64.b64decode(re.search('base64,(.*)"', page)[1])))
    width = int(re.search('width="(.*?)"', page)[1])
    assert png.shape[1] == pytest.approx(2 * width, abs=1)


def test_a_figure_of_the_students_own_is_left_to_the_notebook():
    assert plots._as_html(plt.figure()) is None


CELLS = """
import matplotlib.pyplot as plt
import torch
from course_lib import plots
---
plots.images({"x": torch.rand(3, 784)}, alt="three grey pictures")
plt.show()
---
plots.images({"x": torch.rand(3, 784)}, alt="three more of them")
plt.show()
"""


def test_every_figure_of_a_notebook_keeps_its_words_the_first_one_too():
    """A notebook's backend clears what was registered for figures before the first."""
    cells = [nbformat.v4.new_code_cell(code.strip()) for code in CELLS.split("---")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, kernel_name="python3", timeout=120).execute()
    first, second = (cell.outputs[0].data["text/html"] for cell in notebook.cells[1:])
    assert 'alt="three grey pictures"' in first
    assert 'alt="three more of them"' in second


@pytest.mark.parametrize(
    ("rows", "options", "message"),
    [
        ({}, {}, "rows: got {} images"),
        ({"x": torch.rand(0, 784)}, {}, "rows: got {'x': 0} images"),
        ({"x": torch.rand(2, 784), "y": torch.rand(3, 784)}, {}, "as many in each"),
        ({"x": torch.rand(2, 783)}, {}, r"rows: 'x' has shape \(2, 783\)"),
        ({"x": torch.rand(784)}, {}, r"rows: 'x' has shape \(784,\)"),
        (
            {"x": torch.rand(2, 784)},
            {"captions": {"y": "ab"}},
            "captions: no row is called y",
        ),
        ({"x": torch.rand(2, 784)}, {"alt": ""}, "alt: got ''"),
        ({"x": torch.rand(2, 784)}, {"alt": "digits"}, "alt: got 'digits'"),
    ],
)
def test_what_cannot_be_drawn_is_named(rows, options, message):
    with pytest.raises(ValueError, match=message):
        plots.images(rows, **({"alt": ALT} | options))


class TestCodes:
    z = torch.randn(40, 2, generator=torch.Generator().manual_seed(0))
    labels = torch.arange(40) % 10

    def test_each_label_is_drawn_at_its_codes(self):
        panel = {"a map": (self.z, self.labels)}
        (ax,) = plots.codes(panel, alt="a map of codes")
        drawn = {tuple(xy) for c in ax.collections for xy in c.get_offsets().tolist()}
        assert len(ax.collections) == 10
        assert drawn == {tuple(xy) for xy in self.z.tolist()}
        assert ax.get_title(loc="left") == "a map"

    def test_panels_stand_side_by_side(self):
        panels = {name: (self.z, self.labels) for name in ("one", "two")}
        assert len(plots.codes(panels, alt="two maps of codes")) == 2

    def test_codes_of_another_size_are_named(self):
        with pytest.raises(
            ValueError, match=r"^panels: 'a' has codes of shape \(40, 1"
        ):
            plots.codes({"a": (self.z[:, :1], self.labels)}, alt="a map of codes")


LABELS = {"xlabel": "tested", "ylabel": "trained", "alt": "a table of numbers"}


class TestTable:
    def test_every_number_stands_in_its_cell(self):
        values = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.25]])
        ax = plots.table(values, rows="ab", columns="xyz", **LABELS)
        written = {t.get_position(): t.get_text() for t in ax.texts}
        assert written[(0, 0)] == "1.0"
        assert written[(2, 1)] == "6.2"
        assert [t.get_text() for t in ax.get_xticklabels()] == ["x", "y", "z"]
        assert np.array_equal(ax.images[0].get_array(), values.numpy())

    def test_a_number_can_be_read_on_its_shade(self):
        ax = plots.table([[0.0, 1.0]], rows="a", columns="xy", **LABELS)
        assert [t.get_color() for t in ax.texts] == ["white", "black"]

    def test_a_missing_number_is_left_blank_and_shades_nothing(self):
        ax = plots.table([[math.nan, 0.0, 1.0]], rows="a", columns="xyz", **LABELS)
        assert [t.get_text() for t in ax.texts] == ["", "0.0", "1.0"]
        assert [t.get_color() for t in ax.texts][1:] == ["white", "black"]

    def test_a_wrong_shape_is_named(self):
        with pytest.raises(ValueError, match=r"^values: got shape \(1, 2\) for 2 rows"):
            plots.table([[0.0, 1.0]], rows="ab", columns="xy", **LABELS)


class TestField:
    points = torch.rand(20, 2)
    positions, arrows = torch.rand(2, 5, 2)

    def test_arrows_start_at_their_positions_and_are_to_scale(self):
        panels = {"one": (self.positions, self.arrows), "two": (self.points,) * 2}
        first, second = plots.field(panels, points=self.points, alt="arrows on points")
        quiver = next(c for c in first.collections if hasattr(c, "U"))
        assert np.allclose(quiver.get_offsets(), self.positions.numpy())
        assert np.allclose(quiver.U, self.arrows[:, 0].numpy())
        assert quiver.scale == 1
        assert second.get_title(loc="left") == "two"

    def test_each_panel_can_have_points_of_its_own(self):
        panels = {"one": (self.positions, self.arrows), "two": (self.points,) * 2}
        points = {"one": self.points[:4], "two": self.points}
        axes = plots.field(panels, points=points, alt="arrows on points")
        assert [len(ax.collections[0].get_offsets()) for ax in axes] == [4, 20]

    def test_shapes_that_do_not_fit_are_named(self):
        panels = {"one": (self.positions, self.arrows[:3])}
        with pytest.raises(ValueError, match=r"^panels: 'one' has positions of shape"):
            plots.field(panels, points=self.points, alt="arrows on points")


AXES = {"xs": [-1.0, 0.0, 1.0], "ys": [0.5, 2.0], "xlabel": "z", "ylabel": "w"}


class TestMosaic:
    pictures = torch.rand(6, 784, generator=torch.Generator().manual_seed(0))

    def test_the_first_row_lies_at_the_bottom(self):
        ax = plots.mosaic(self.pictures, **AXES, alt="tiles of a plane")
        whole = ax.images[0].get_array()
        tiles = self.pictures.view(6, 28, 28).numpy()
        assert whole.shape == (56, 84)
        assert np.array_equal(whole[28:, :28], tiles[0])
        assert np.array_equal(whole[28:, 56:], tiles[2])
        assert np.array_equal(whole[:28, :28], tiles[3])
        assert [t.get_text() for t in ax.get_xticklabels()] == ["-1.0", "0.0", "1.0"]
        assert [t.get_text() for t in ax.get_yticklabels()] == ["0.5", "2.0"]

    def test_a_wrong_number_of_pictures_is_named(self):
        with pytest.raises(ValueError, match="^pictures: got 5 for 2 rows of 3"):
            plots.mosaic(self.pictures[:5], **AXES, alt="tiles of a plane")


class TestEllipses:
    mu, sigma = torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[0.5, 1], [2, 3]])

    @pytest.mark.parametrize("labels", [None, torch.tensor([3, 7])])
    def test_each_lies_at_its_mean_and_reaches_one_sigma(self, labels):
        ax = plt.figure().add_subplot()
        plots.ellipses(ax, self.mu, self.sigma, labels)
        assert [p.get_center() for p in ax.patches] == [[1, 2], [3, 4]]
        assert [(p.width, p.height) for p in ax.patches] == [(1, 2), (4, 6)]
        colours = {p.get_edgecolor() for p in ax.patches}
        assert len(colours) == (1 if labels is None else 2)

    def test_shapes_that_do_not_fit_are_named(self):
        with pytest.raises(ValueError, match=r"^mu and sigma: got shapes \(2, 2\) and"):
            plots.ellipses(plt.figure().add_subplot(), self.mu, self.sigma[:1])


class TestAutoencoder:
    def _drawn(self, z):
        x, x_hat = torch.rand(1, 28, 28), torch.rand(784)
        plots.autoencoder(x, z, x_hat, encoder="in", decoder="out", alt=ALT)
        (ax,) = plt.gcf().axes
        return x, x_hat, ax, [t.get_text() for t in ax.texts]

    def test_the_picture_stands_left_and_its_copy_right(self):
        x, x_hat, ax, texts = self._drawn(torch.tensor([-1.26, 2.0]))
        left, right = sorted(ax.images, key=lambda image: image.get_extent()[0])
        assert np.array_equal(left.get_array(), x[0].numpy())
        assert np.array_equal(right.get_array(), x_hat.reshape(28, 28).numpy())
        assert {"in", "out", "784 pixels", "2 numbers"} <= set(texts)
        assert plt.gcf().get_label() == ALT

    def test_a_short_code_is_written_out(self):
        texts = self._drawn(torch.tensor([-1.26, 2.0]))[-1]
        assert texts.index("−1.3") < texts.index("2.0")

    def test_a_long_code_is_bars_to_scale_the_first_on_top(self):
        *_, ax, texts = self._drawn(torch.tensor([1.0, -2.0, 0.0, 4.0, -0.5]))
        (bars,) = ax.containers
        widths = [bar.get_width() for bar in bars]
        assert np.allclose(np.array(widths) / widths[3] * 4, [1, -2, 0, 4, -0.5])
        assert bars[0].get_y() > bars[4].get_y()
        assert "1.0" not in texts

    def test_a_code_of_nothing_but_zeros_is_drawn(self):
        *_, ax, _ = self._drawn(torch.zeros(8))
        assert [bar.get_width() for bar in ax.containers[0]] == [0] * 8

    @pytest.mark.parametrize(
        ("x", "z", "message"),
        [
            (torch.rand(783), torch.rand(2), "x: got shape (783,)"),
            (torch.rand(784), torch.rand(1, 2), "z: got shape (1, 2)"),
            (torch.rand(784), torch.rand(0), "z: got shape (0,)"),
        ],
    )
    def test_what_cannot_be_drawn_is_named(self, x, z, message):
        with pytest.raises(ValueError, match=re.escape(message)):
            plots.autoencoder(x, z, torch.rand(784), alt=ALT)
