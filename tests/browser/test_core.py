"""static/core by itself, in an empty page: drawings, chance, packing."""

import base64

import numpy as np
import pytest
import torch
from pages import as_text, numbers, text

from course_lib import models
from course_lib.explorers import base, networks

PAD = 280


class TestTensors:
    READ = """(array) => {
      const { shape, values } = core.tensor({ ...array, bytes: view(array.bytes) });
      return [shape, values.constructor.name, base64(values)];
    }"""

    def test_every_float16_is_read_as_numpy_reads_it(self, page):
        bits = np.arange(65536, dtype="<u2")
        array = {"shape": [256, 256], "dtype": "float16", "bytes": text(bits, "<u2")}
        shape, kind, found = page.evaluate(self.READ, array)
        wanted = bits.view("<f2").astype("<f4")
        assert (shape, kind) == ([256, 256], "Float32Array")
        assert np.array_equal(numbers(found), wanted, equal_nan=True)
        signs = [np.signbit(v[~np.isnan(v)]) for v in (numbers(found), wanted)]
        assert np.array_equal(*signs)  # of zeros as well

    @pytest.mark.parametrize(
        ("dtype", "kind"), [("uint8", "Uint8Array"), ("float32", "Float32Array")]
    )
    def test_what_python_packs_is_what_the_page_reads(self, page, dtype, kind):
        values = (torch.arange(12).reshape(3, 4) * 20).to(getattr(torch, dtype))
        shape, name, found = page.evaluate(self.READ, as_text(networks.array(values)))
        assert (shape, name) == ([3, 4], kind)
        assert np.array_equal(
            numbers(found, values.numpy().dtype), values.flatten().numpy()
        )

    def test_a_row_of_bytes_becomes_floats(self, page):
        read = """(array) => {
          const made = core.tensor({ ...array, bytes: view(array.bytes) });
          return Array.from(core.row(made, 1));
        }"""
        values = torch.tensor([[0, 1, 2], [0, 51, 255]])
        as_bytes = networks.array(values.to(torch.uint8))
        assert page.evaluate(read, as_text(as_bytes)) == pytest.approx([0, 0.2, 1])
        as_floats = networks.array(values.float() / 4)
        assert page.evaluate(read, as_text(as_floats)) == [0, 12.75, 63.75]

    def test_an_unknown_kind_is_refused(self, page):
        array = {"shape": [1], "dtype": "int64", "bytes": ""}
        with pytest.raises(Exception, match="unknown dtype int64"):
            page.evaluate(self.READ, array)


def disc(ink, x, y, radius, level=255):
    rows, columns = np.mgrid[:PAD, :PAD] + 0.5
    ink[(columns - x) ** 2 + (rows - y) ** 2 <= radius**2] = level


def seven():
    """Return a drawing that leans, and whose weight is not in its middle."""
    ink = np.zeros((PAD, PAD), np.uint8)
    for t in np.linspace(0, 1, 200):
        disc(ink, 40 + 80 * t, 50, 12)
        disc(ink, 120 - 50 * t, 50 + 110 * t, 12)
    return ink


def bar(width, height):
    ink = np.zeros((PAD, PAD), np.uint8)
    ink[20 : 20 + height, 30 : 30 + width] = 255
    return ink


def ring():
    ink = np.zeros((PAD, PAD), np.uint8)
    disc(ink, 140, 140, 110)
    disc(ink, 140, 140, 86, level=0)
    return ink


class TestCentre:
    DRAWINGS = pytest.mark.parametrize(
        "ink", [seven(), bar(24, 180), bar(230, 40), ring()],
        ids=["seven", "tall", "wide", "ring"],
    )  # fmt: skip

    def centre(self, page, ink):
        run = "(ink) => base64(core.centre(new Uint8Array(view(ink).buffer.slice(3))))"
        return numbers(page.evaluate(run, text(ink, "u1"))).reshape(28, 28)

    def extent(self, profile):
        """Return how long a profile of ink is, in pixels, without its soft ends."""
        return (profile.clip(0, profile.max() / 2) / (profile.max() / 2)).sum()

    @DRAWINGS
    def test_the_longer_side_becomes_twenty_pixels(self, page, ink):
        pixels = self.centre(page, ink)
        sides = [self.extent(pixels.max(axis=axis)) for axis in (0, 1)]
        assert max(sides) == pytest.approx(20, abs=1)
        rows, columns = np.nonzero(ink)
        wanted = [np.ptp(columns) + 1, np.ptp(rows) + 1]
        assert sides[0] / sides[1] == pytest.approx(wanted[0] / wanted[1], rel=0.25)

    @DRAWINGS
    def test_the_centre_of_mass_is_in_the_middle(self, page, ink):
        pixels = self.centre(page, ink)
        places = np.arange(28) + 0.5
        x = (pixels.sum(axis=0) * places).sum() / pixels.sum()
        y = (pixels.sum(axis=1) * places).sum() / pixels.sum()
        assert (x, y) == pytest.approx((14, 14), abs=0.5)

    @DRAWINGS
    def test_values_are_between_black_and_white(self, page, ink):
        pixels = self.centre(page, ink)
        assert pixels.min() == 0
        assert 0.9 < pixels.max() <= 1
        share = (20 / max(np.ptp(side) + 1 for side in np.nonzero(ink))) ** 2
        assert pixels.sum() == pytest.approx((ink / 255).sum() * share, rel=0.02)

    def test_half_tones_stay_half_tones(self, page):
        pixels = self.centre(page, bar(40, 200) // 2)
        assert pixels.max() == pytest.approx(0.5, abs=0.02)

    def test_it_does_not_matter_where_one_draws(self, page):
        wanted = self.centre(page, seven())
        for x, y in [(100, 0), (0, 80), (-20, -30), (137, 93)]:
            moved = np.roll(seven(), (y, x), axis=(0, 1))
            assert np.abs(self.centre(page, moved) - wanted).max() < 1e-4

    def test_an_empty_pad_gives_zeros(self, page):
        pixels = self.centre(page, np.zeros((PAD, PAD)))
        assert not pixels.any()

    def test_a_dot_stays_a_dot(self, page):
        ink = np.zeros((PAD, PAD), np.uint8)
        disc(ink, 200, 60, 12)
        pixels = self.centre(page, ink)
        assert 5 <= self.extent(pixels.max(axis=0)) <= 8
        assert pixels[14, 14] > 0.9


class TestChance:
    def test_random_is_even_and_repeats_itself(self, page):
        run = """(seed) => {
          const uniform = core.random(seed);
          return Array.from({ length: 20000 }, uniform);
        }"""
        first, again, other = (page.evaluate(run, seed) for seed in (1, 1, 2))
        assert first == again != other
        assert min(first) >= 0
        assert max(first) < 1
        counts, _ = np.histogram(first, 20, (0, 1))
        assert np.abs(counts - 1000).max() < 5 * 1000**0.5

    def test_normals_have_mean_0_and_spread_1_and_repeat_themselves(self, page):
        run = "(seed) => base64(core.normals(40000, core.random(seed)))"
        first, again, other = (page.evaluate(run, seed) for seed in (1, 1, 2))
        assert first == again != other
        found = numbers(first)
        assert found.dtype == "<f4"
        assert np.isfinite(found).all()
        assert abs(found.mean()) < 0.02
        assert found.std() == pytest.approx(1, abs=0.02)
        # The shares within one, two and three deviations.
        shares = [(np.abs(found) < k).mean() for k in (1, 2, 3)]
        assert shares == pytest.approx([0.6827, 0.9545, 0.9973], abs=0.01)

    def test_normals_are_new_each_time_without_a_seed(self, page):
        assert page.evaluate("() => core.normals(4).join() !== core.normals(4).join()")


class TestPictures:
    PAINT = """([packed, shape, again]) => {
      const canvas = document.createElement("canvas");
      if (again) core.paint(canvas, new Float32Array(again));
      core.paint(canvas, floats(packed), shape);
      const { width, height } = canvas;
      const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
      return [width, height, base64(data)];
    }"""
    HOLD = """([picture, images]) => {
      const values = { networks: {}, problem: "", title: "" };
      values.data = { picture, images: { ...images, bytes: view(images.bytes) } };
      const model = { get: (name) => values[name], on: () => {}, off: () => {} };
      const widget = core.explorer((ui) => {
        const chosen = window.chosen = core.chooser(ui, {
          label: "pictures",
          images: () => ui.value("images"),
          names: ["one", "two"],
          first: 1,
          onChange: () => {},
        });
        const shown = core.picture("chosen", { shape: ui.shape });
        ui.root.append(chosen.thumbnails.node, chosen.pad.node, shown.figure);
        shown.show(chosen.pixels());
      });
      const el = document.createElement("div");
      document.body.replaceChildren(el);
      widget.render({ model, el });
    }"""
    READ = """(canvas) => {
      const { width, height } = canvas;
      return base64(canvas.getContext("2d").getImageData(0, 0, width, height).data);
    }"""

    def paint(self, page, x, shape=None, again=0):
        """Return what a canvas shows, (h, w, 4), once a picture was painted on it."""
        arguments = [text(x, "<f4"), shape, again]
        width, height, packed = page.evaluate(self.PAINT, arguments)
        return numbers(packed, "u1").reshape(height, width, 4)

    def colours(self, x):
        """Return what a canvas ought to show of a picture (c, h, w)."""
        rgb = (255 * x.clamp(0, 1)).round().expand(3, *x.shape[1:]).permute(1, 2, 0)
        return torch.cat([rgb, torch.full_like(rgb[..., :1], 255)], dim=2).numpy()

    @pytest.mark.parametrize(
        "shape", [(3, 28, 28), (3, 4, 6), (1, 28, 28), (1, 5, 2), (3, 1, 1)], ids=str
    )
    @pytest.mark.parametrize("again", [0, 9, 784])
    def test_every_value_is_where_torch_has_it(self, page, shape, again):
        x = 1.2 * torch.rand(shape) - 0.1  # beyond black and white as well
        found = self.paint(page, x, shape, again)
        assert found.shape == (*shape[1:], 4)
        assert np.abs(found - self.colours(x)).max() <= 1
        assert found[..., :3].std() > 0 or shape == (3, 1, 1)

    def test_without_a_shape_a_picture_is_square_and_grey(self, page):
        x = torch.rand(1, 28, 28)
        assert np.abs(self.paint(page, x) - self.colours(x)).max() <= 1

    @pytest.mark.parametrize(
        ("size", "shape", "words"),
        [
            (784, [3, 28, 28], r"784 numbers are no picture of shape \(3, 28, 28\)"),
            (20, None, r"20 numbers are no picture of shape \(1, 4, 4\)"),
            (8, [2, 2, 2], r"8 numbers are no picture of shape \(2, 2, 2\)"),
        ],
    )
    def test_what_is_no_picture_is_refused(self, page, size, shape, words):
        with pytest.raises(Exception, match=words):
            self.paint(page, torch.zeros(size), shape)

    def hold(self, page, picture):
        """Show two pictures of a shape, the second large as well; return them."""
        size = int(np.prod(picture or (1, 28, 28)))
        images = (255 * torch.rand(2, size)).to(torch.uint8)
        page.evaluate(self.HOLD, [picture, as_text(networks.array(images))])
        return images.reshape(2, *(picture or (1, 28, 28))) / 255

    @pytest.mark.parametrize("picture", [(3, 12, 20), (3, 28, 28), (1, 12, 20)])
    def test_an_explorer_shows_its_datas_pictures(self, page, picture):
        images = self.hold(page, picture)
        shown = page.locator(".explorer-thumbnails canvas, figure canvas").all()
        for canvas, x in zip(shown, images[[0, 1, 1]], strict=True):
            found = numbers(canvas.evaluate(self.READ), "u1")
            found = found.reshape(*picture[1:], 4)
            assert np.abs(found - self.colours(x)).max() <= 1
        assert page.locator(".explorer-problem").text_content() == ""
        box = shown[-1].evaluate("node => getComputedStyle(node).aspectRatio")
        if picture[1:] != (28, 28):
            assert box == "20 / 12"

    @pytest.mark.parametrize(
        "picture",
        [None, (1, 28, 28), (1, 9, 9), (1, 20, 30), (3, 28, 28), (3, 12, 20)],
        ids=str,
    )
    def test_what_a_pad_draws_is_such_a_picture(self, page, picture):
        """In colour with a pen to choose, and then where it was drawn."""
        self.hold(page, picture)
        pad = page.locator(".explorer-pad")
        for key in ("Space", *["Shift+ArrowRight"] * 2, *["Shift+ArrowUp"] * 2):
            pad.press(key)
        channels, height, width = picture or (1, 28, 28)
        drawn = page.evaluate("chosen.pixels().length")
        assert drawn == channels * height * width
        x = np.array(page.evaluate("Array.from(chosen.pixels())"))
        x = x.reshape(channels, height, width)
        assert x.max() > 0.9
        pen = page.locator("input[type='color']")
        assert pen.count() == (channels == 3)
        digit = picture in (None, (1, 28, 28))
        words = "Draw a digit" if digit else "Draw a picture"
        assert pad.get_attribute("aria-label").startswith(words)
        rows, columns = np.nonzero(x.max(axis=0) > 0.3)
        if channels == 1:
            longer = max(np.ptp(rows), np.ptp(columns)) + 1
            assert longer == pytest.approx(20 / 28 * min(height, width), abs=1.5)
            for axis, length in ((1, width), (0, height)):
                mass = x[0].sum(axis=1 - axis)
                middle = (mass * (np.arange(length) + 0.5)).sum() / mass.sum()
                assert middle == pytest.approx(length / 2, abs=0.5)
            return
        # From the middle 70 to the right, then up: the last 18 wait for a next key.
        right, top = columns.max() / width, rows.min() / width
        assert right == pytest.approx(0.5 + 82 / 280, abs=1.5 / width)
        assert top == pytest.approx(height / width / 2 - 64 / 280, abs=1.5 / width)
        assert x[0].max() > x[1].max() > x[2].max() == 0  # #ff4000

    def test_a_pen_of_another_colour_is_taken(self, page):
        self.hold(page, (3, 28, 28))
        page.locator("input[type='color']").fill("#0000ff")
        pad = page.locator(".explorer-pad")
        for key in ("Space", "Shift+ArrowRight"):
            pad.press(key)
        x = np.array(page.evaluate("Array.from(chosen.pixels())")).reshape(3, -1)
        assert x.max(axis=1).tolist() == pytest.approx([0, 0, 1], abs=0.01)


class TestAxes:
    @pytest.mark.parametrize(
        ("low", "high", "least", "wanted"),
        [
            (0, 3, 3, [0, 1, 2, 3]),
            (0, 5.9, 3, [0, 1, 2, 3, 4, 5]),
            (-8, 8, 3, [-5, 0, 5]),
            (-8, 8, 5, [-8, -6, -4, -2, 0, 2, 4, 6, 8]),
            (-20, 20, 3, [-20, -10, 0, 10, 20]),
            (0, 0.31, 3, [0, 0.1, 0.2, 0.3]),
            (71.2, 132, 3, [80, 100, 120]),
            (0, 83.4, 5, [0, 10, 20, 30, 40, 50, 60, 70, 80]),
        ],
    )
    def test_ticks_are_round_and_few(self, page, low, high, least, wanted):
        run = "(range) => core.ticks(...range)"
        assert page.evaluate(run, [low, high, least]) == pytest.approx(wanted)

    def test_minus_is_a_true_one(self, page):
        assert page.evaluate("[-2.5, 0, 3].map(core.signed)") == ["−2.5", "0", "3"]

    def test_a_place_is_where_its_values_are_marked(self, page):
        run = """() => {
          const context = document.createElement("canvas").getContext("2d");
          const said = [];
          context.fillText = (...what) => said.push(what);
          const colours = { line: "#000", muted: "#000" };
          const words = { x: "rate", y: "nats", colours };
          const at = core.axes(context, 142, 158, { box: [-1, 1, 0, 2], ...words });
          return [at(-1, 0), at(1, 2), at(0, 1), said];
        }"""
        low, high, middle, said = page.evaluate(run)
        assert (low, high, middle) == ([34, 122], [134, 22], [84, 72])
        assert ["0", 84, 138] in said  # 0 of the lower axis, under it
        assert ["1", 27, 76] in said  # 1 of the upright one, left of it
        assert ["rate", 84, 153] in said
        assert ["nats", 2, 12] in said


class TestPacking:
    READ = """async (packed) => {
      const type = "application/octet-stream";
      const script = core.element("script", { type }, packed);
      const holder = core.element("div", { id: "held" }, script);
      document.body.replaceChildren(holder);
      const bytesToText = (value) => {
        if (value instanceof DataView) return { "bytes": base64(value) };
        if (Array.isArray(value)) return value.map(bytesToText);
        if (!value || typeof value !== "object") return value;
        const parts = Object.entries(value).map(([k, v]) => [k, bytesToText(v)]);
        return Object.fromEntries(parts);
      };
      let found;
      const render = ({ model, el }) => {
        if (el !== holder || el.firstChild) throw new Error("not an empty place");
        const names = ["networks", "data", "words"];
        found = names.map((name) => bytesToText(model.get(name)));
      };
      await core.page({ render }, "held");
      return found;
    }"""

    def read(self, page, **state):
        packed = base._pack({"networks": {}, "data": {}, "words": ""} | state)
        assert "<" not in packed  # nothing that could end the script around it
        return page.evaluate(self.READ, packed)

    def test_arrays_of_every_kind_come_back(self, page):
        tensors = {
            "bytes": torch.arange(256).to(torch.uint8).reshape(16, 16),
            "floats": torch.randn(3, 5),
            "halves": torch.randn(7).half(),
            "none": torch.zeros(0, 784),
        }
        packed = {name: networks.array(t) for name, t in tensors.items()}
        state = {"deep": [packed["floats"], {"er": packed["halves"]}], **packed}
        _, found, _ = self.read(page, data=state)
        for name, value in packed.items():
            assert found[name] == {
                **value,
                "bytes": {"bytes": base64.b64encode(value["bytes"]).decode()},
            }
        assert found["deep"] == [found["floats"], {"er": found["halves"]}]

    def test_a_networks_weights_come_back(self, page):
        codec = models.Codec(models.VAE(hidden_dim=3, latent_dim=2))
        spec = networks.decoder(codec).spec
        found, _, _ = self.read(page, networks={"decode": spec})
        for layer, read in zip(spec["layers"], found["decode"]["layers"], strict=True):
            assert read["kind"] == layer["kind"]
            for part in layer.keys() - {"kind"}:
                wanted = base64.b64encode(layer[part]["bytes"]).decode()
                assert read[part]["bytes"] == {"bytes": wanted}

    @pytest.mark.parametrize(
        "words",
        [
            "",
            "x̂ = D(E(x)), σ², 数字, 🙂",
            "</script><script>alert(1)</script><!--",
            "\0\n\"'\\",
        ],
        ids=["none", "other letters", "the end of a script", "signs"],
    )
    def test_any_text_comes_back(self, page, words):
        assert self.read(page, words=words, data={words: [words]}) == [
            {},
            {words: [words]},
            words,
        ]

    def test_plain_values_come_back(self, page):
        values = [None, True, False, 0, -1.5, 1e300, 0.1 + 0.2, [], {}, [[1], [[2]]]]
        assert self.read(page, data={"values": values})[1] == {"values": values}


class TestTheKernelsNetworks:
    """A model that only Python can run, with a fake of the way there."""

    # An explorer that asks at each refresh and keeps what it was answered. The fake
    # counts its listeners; timers of five seconds are counted, and run by hand.
    START = """() => {
      const held = new Map();
      const values = { networks: {}, data: {}, problem: "", title: "" };
      window.fake = {
        sent: [],
        get: (name) => values[name],
        on: (event, f) => held.set(event, [...(held.get(event) ?? []), f]),
        off: (event, f) => held.set(event, held.get(event).filter((g) => g !== f)),
        send: ({ network, id }, _, [bytes]) =>
          fake.sent.push({ network, id, x: [...new Float32Array(bytes)] }),
        emit: (event, ...details) => held.get(event)?.forEach((f) => f(...details)),
        listeners: () => [...held.values()].flat().length,
        answer: ({ id }, ...y) =>
          fake.emit("msg:custom", { id }, [new DataView(Float32Array.from(y).buffer)]),
        refresh: async (networks = { decode: {} }, problem = "") => {
          Object.assign(values, { networks, problem });
          for (const name of ["problem", "networks", "data"]) {
            fake.emit(`change:${name}`);
          }
          await null;
        },
      };
      window.timers = new Map();
      const real = { setTimeout, clearTimeout };
      window.restore = () => Object.assign(window, real);
      window.setTimeout = (f, time) => {
        if (time !== 5000) return real.setTimeout.call(window, f, time);
        timers.set(`${++fake.count}`, f);
        return `${fake.count}`;
      };
      window.clearTimeout = (id) => {
        if (!timers.delete(id)) real.clearTimeout.call(window, id);
      };
      fake.count = 0;
      window.heard = [];
      window.asked = 0;
      const widget = core.explorer((ui) => {
        window.ui = ui;
        const tell = (y) => heard.push(...y);
        ui.onRefresh(() => ui.network("decode")?.run([++asked], tell));
      });
      const el = document.createElement("div");
      document.body.replaceChildren(el);
      values.networks = { decode: {} };
      window.close_ = widget.render({ model: fake, el });
    }"""

    @pytest.fixture
    def page(self, page):
        page.evaluate(self.START)
        yield page
        page.evaluate("void restore()")

    def warning(self, page):
        return page.locator(".explorer-problem").text_content()

    def test_two_hundred_refreshes_leave_as_many_listeners_as_one(self, page):
        count = "async (n) => { while (n--) await fake.refresh(); return %s; }"
        listeners = count % "[fake.listeners(), timers.size]"
        once = page.evaluate(listeners, 1)
        assert once[0] > 3
        assert once[1] == 1
        assert page.evaluate(listeners, 200) == once
        assert page.evaluate("asked") == 202  # all of them have been seen
        assert page.evaluate("close_(), [fake.listeners(), timers.size]") == [0, 0]

    def test_an_answer_to_a_question_from_before_a_refresh_does_no_harm(self, page):
        run = """async () => {
          await fake.refresh();
          const [before, after] = fake.sent;
          fake.answer(before, 7);
          const early = [...heard];
          fake.answer(after, 8);
          fake.answer(before, 9);
          return [early, heard, before.id !== after.id];
        }"""
        assert page.evaluate(run) == [[], [8], True]
        assert self.warning(page) == ""

    def test_another_views_answer_is_not_taken(self, page):
        page.evaluate("() => fake.answer({ id: 'explorer-0-1' }, 7)")
        assert page.evaluate("heard") == []

    def test_the_newest_question_of_each_purpose_waits_its_turn(self, page):
        run = """() => {
          const network = ui.network("decode");
          for (const x of [10, 11, 12]) network.run([x], (y) => heard.push(...y));
          network.run([20], (y) => heard.push(...y), "other");
          const lengths = [fake.sent.length];
          for (let k = 0; k < 3; k++) {
            fake.answer(fake.sent[k], 100 + k);
            lengths.push(fake.sent.length);
          }
          return [lengths, fake.sent.map(({ x }) => x[0]), heard, timers.size];
        }"""
        wanted = [[1, 2, 3, 3], [1, 12, 20], [100, 101, 102], 0]
        assert page.evaluate(run) == wanted

    def test_a_question_asked_on_an_answer_is_not_overtaken(self, page):
        run = """() => {
          const network = ui.network("decode");
          const tell = (y) => heard.push(...y);
          network.run([10], () => network.run([11], tell));
          network.run([20], tell, "other");
          for (let k = 0; k < fake.sent.length; k++) fake.answer(fake.sent[k], k);
          return [heard, timers.size];
        }"""
        assert page.evaluate(run) == [[0, 2, 3], 0]

    def test_a_silent_kernel_is_said_until_it_answers_or_is_not_needed(self, page):
        silence = "() => { for (const late of [...timers.values()]) late(); }"
        page.evaluate(silence)
        assert "the kernel does not answer" in self.warning(page)
        page.evaluate("""() => {
          ui.network("decode").run([5], (y) => heard.push(...y));
          fake.answer(fake.sent[0], 1); // too late: another one has been asked
          fake.answer(fake.sent[1], 2);
        }""")
        assert page.evaluate("heard") == [2]
        assert self.warning(page) == ""
        page.evaluate("fake.refresh()")
        page.evaluate(silence)
        assert "the kernel does not answer" in self.warning(page)
        page.evaluate("fake.refresh({})")  # weights that run here, or none
        assert self.warning(page) == ""
        page.evaluate("fake.refresh()")
        page.evaluate(silence)
        page.evaluate("fake.refresh({}, 'It has gone wrong.')")
        assert self.warning(page) == "It has gone wrong."

    def test_what_python_could_not_do_is_said(self, page):
        page.evaluate("""() => {
          ui.network("decode").run([5], (y) => heard.push(...y));
          fake.emit("msg:custom", { id: fake.sent[0].id, error: "ValueError: no" }, []);
        }""")
        assert self.warning(page) == "ValueError: no"
        page.evaluate("fake.answer(fake.sent[1], 3)")
        assert page.evaluate("heard") == [3]
        assert self.warning(page) == ""
