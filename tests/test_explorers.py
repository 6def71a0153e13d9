"""The explorers' Python side: what travels, what is refused, what is left behind."""

import asyncio
import json
import struct
import subprocess
import sys
import zlib
from base64 import b64decode
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from course_lib import checkpoints, data, explorers, losses, models
from course_lib.explorers import (
    Bottleneck,
    LatentMap,
    LatentPlane,
    base,
    networks,
    operations,
)

EVERY = [getattr(explorers, name) for name in explorers.__all__]
PLANES = [LatentMap, LatentPlane]


def vae(**sizes):
    torch.manual_seed(0)
    return models.VAE(**{"hidden_dim": 16, "latent_dim": 2} | sizes)


class Convolution(nn.Module):
    """A model whose decoder no browser knows, and that wants images with two sides."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Conv2d(1, 2, 28), nn.Flatten())
        self.decoder = nn.Sequential(nn.Linear(2, 784), nn.Softplus())

    def encode(self, x):
        return self.encoder(x)

    def decode(self, z):
        return self.decoder(z)


def values_of(packed):
    kinds = {"float16": "<f2", "float32": "<f4", "uint8": "u1"}
    flat = np.frombuffer(packed["bytes"], kinds[packed["dtype"]])
    return torch.tensor(flat.reshape(packed["shape"]).astype("f4"))


def run_layers(spec, x):
    """Run a network's layers from what was packed, in JavaScript's place."""
    for packed in spec["layers"]:
        options = {**packed}
        kind = options.pop("kind")
        arrays = [options.pop(name, None) for name in ("weight", "bias")]
        weights = [None if array is None else values_of(array) for array in arrays]
        x = operations.replay(operations.Layer(kind, *weights, options), x)
    return x


def opened(explorer):
    """Return an explorer as a lesson opens it."""
    return explorer("01") if explorer.__name__ == "Quiz" else explorer()


@pytest.mark.parametrize("explorer", EVERY)
def test_it_opens_without_arguments_and_is_a_small_page(explorer):
    widget = opened(explorer)
    assert widget.problem == ""
    page = widget.to_html()
    assert page.startswith("<!doctype html>")
    assert f"<title>{widget.title}</title>" in page
    assert len(page) < 1.8e6
    for address in ("http://", "https://"):
        assert address not in page.replace("http://www.w3.org", "")


@pytest.mark.parametrize("explorer", EVERY)
def test_every_front_end_finds_something_to_show(explorer):
    bundle, _ = opened(explorer)._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert bundle["text/html"].startswith('<div id="explorer-')
    assert bundle["text/plain"].startswith(explorer.__name__)


def test_all_that_a_page_needs_is_packed_into_it():
    plane = LatentPlane(vae())
    packed = base._pack({"networks": plane.networks, "z": [1.0, 2.0]})
    whole = zlib.decompress(b64decode(packed))
    (length,) = struct.unpack_from("<I", whole)
    state = json.loads(whole[4 : 4 + length])
    assert state["z"] == [1.0, 2.0]
    layer = state["networks"]["decode"]["layers"][0]
    start, size = layer["weight"]["bytes"]["$bytes"]
    found = whole[4 + length + start :][:size]
    assert found == plane.networks["decode"]["layers"][0]["weight"]["bytes"]


class TestNetworks:
    x = torch.rand(5, 1, 28, 28, generator=torch.Generator().manual_seed(0))

    @pytest.mark.parametrize(
        "model",
        [
            vae(),
            models.Autoencoder(hidden_dim=16, latent_dim=3),
            models.LinearAutoencoder(latent_dim=4),
        ],
        ids=lambda model: type(model).__name__,
    )
    def test_the_layers_that_travel_are_the_model(self, model):
        codec = models.Codec(model)
        encode = networks.encoder(codec, dtype="float32")
        decode = networks.decoder(codec, dtype="float32")
        z = run_layers(encode.spec, self.x.flatten(1))
        found = model.encode(self.x)
        wanted = torch.cat(found, dim=1) if isinstance(found, tuple) else found
        assert torch.allclose(z, wanted, atol=1e-5)
        code = torch.randn(5, decode.inputs)
        with torch.no_grad():
            assert torch.allclose(
                run_layers(decode.spec, code), model.decode(code), atol=1e-5
            )

    def test_tanh_silu_and_layers_that_do_nothing_travel_too(self):
        model = models.Autoencoder(hidden_dim=8, latent_dim=2)
        model.decoder = nn.Sequential(
            nn.Linear(2, 8, bias=False), nn.Tanh(), nn.Dropout(),
            nn.Sequential(nn.Linear(8, 8), nn.SiLU()), nn.Linear(8, 784),
        )  # fmt: skip
        model.eval()
        spec = networks.decoder(models.Codec(model), dtype="float32").spec
        code = torch.randn(3, 2)
        with torch.no_grad():
            assert torch.allclose(run_layers(spec, code), model.decode(code), atol=1e-5)

    def test_a_model_that_a_browser_cannot_run_is_left_to_the_kernel(self):
        codec = models.Codec(Convolution())
        assert "layers" in networks.encoder(codec).spec
        assert networks.decoder(codec).spec == {
            "kernel": "This model uses `softplus`, which the browser does not know, so "
            "the kernel runs it; its answers take a little longer."
        }
        assert networks.encoder(codec).run(self.x.flatten(1)).shape == (5, 2)

    def test_a_method_that_does_more_than_its_layers_is_left_to_the_kernel(self):
        class Inverted(models.Autoencoder):
            def decode(self, z):
                return 1 - super().decode(z)

        codec = models.Codec(Inverted(hidden_dim=8, latent_dim=2))
        assert "uses `rsub`" in networks.decoder(codec).spec["kernel"]
        assert "layers" in networks.encoder(codec).spec

    def test_layers_travel_whatever_they_are_called(self):
        """As functions, or as modules; the textbook VAE's own lines among them."""

        class Textbook(nn.Module):
            def __init__(self):
                super().__init__()
                self.fc1, self.fc3 = nn.Linear(784, 8), nn.Linear(2, 8)
                self.fc21, self.fc22 = nn.Linear(8, 2), nn.Linear(8, 2, bias=False)
                self.fc4 = nn.Linear(8, 784)

            def encode(self, x):
                h1 = nn.functional.relu(self.fc1(x.view(-1, 784)))
                return self.fc21(h1), self.fc22(h1)

            def decode(self, z):
                return torch.sigmoid(self.fc4(nn.functional.relu(self.fc3(z))))

        model = Textbook()
        codec = models.Codec(model)
        encode = networks.encoder(codec, dtype="float32")
        kinds = [layer["kind"] for layer in encode.spec["layers"]]
        assert kinds == ["linear", "relu", "linear"]
        wanted = torch.cat(model.encode(self.x), dim=1)
        got = run_layers(encode.spec, self.x.flatten(1))
        assert torch.allclose(got, wanted, atol=1e-5)
        assert len(networks.decoder(codec).spec["layers"]) == 4

    @pytest.mark.parametrize(
        ("decode", "why"),
        [
            (lambda layer, z: layer(z) * 2, "uses `mul`"),
            (lambda layer, z: layer(z.flip(1)), "uses `flip`"),
            (
                lambda layer, z: layer(z).reshape(2, -1).T.reshape(-1, 784),
                "mixes the pictures of a batch",
            ),
            (lambda layer, z: torch.where(z[:, :1] > 0.9, 0, layer(z)), "a part of"),
            (lambda layer, z: nn.functional.softplus(layer(z)), "uses `softplus`"),
            (lambda layer, z: layer(z) + layer(z), "uses `add`"),
            (lambda layer, z: layer(z - 1), "uses `sub`"),
            (lambda layer, z: layer(torch.round(9 * z)), "uses `mul`"),
            (lambda layer, z: layer(z.long().float()), "browser cannot follow"),
            (lambda layer, z: torch.tensor(layer(z).numpy() ** 2), "cannot follow"),
        ],
        ids=[
            *("scaled", "turned", "mixed", "cut", "another function"),
            *("two ways", "moved", "rounded", "whole", "numpy"),
        ],
    )
    def test_no_step_is_overlooked(self, decode, why):
        layer = nn.Linear(2, 784)
        codec = models.Codec(
            encode=lambda x: x[:, 0, 14, 13:15], decode=lambda z: decode(layer, z)
        )
        assert why in networks.decoder(codec).spec["kernel"]

    @pytest.mark.parametrize("dtype", [torch.float64, torch.float16, torch.bfloat16])
    def test_any_kind_of_float_is_shown(self, dtype):
        assert LatentPlane(vae().to(dtype)).problem == ""

    @pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")
    def test_a_model_on_a_gpu_is_shown_and_stays_there(self):
        model = vae().cuda()
        assert LatentPlane(model).problem == ""
        assert next(model.parameters()).is_cuda

    def test_a_model_in_training_stays_in_training(self):
        model = vae().train()
        LatentPlane(model)
        assert model.training

    def test_float16_is_exact_for_a_checkpoint(self):
        model = checkpoints.load("vae-2d")
        layer = networks.decoder(models.Codec(model)).spec["layers"][0]
        assert torch.equal(values_of(layer["weight"]), model.decoder[0].weight)


class TestWhatIsWrong:
    @pytest.mark.parametrize("explorer", PLANES)
    def test_a_code_of_another_size_is_said_in_the_widget(self, explorer):
        widget = explorer(vae(latent_dim=20))
        assert "This model's code has 20 numbers; a plane shows 2" in widget.problem

    @pytest.mark.parametrize("explorer", PLANES)
    def test_nan_weights_are_said_and_the_last_good_ones_stay(self, explorer):
        widget, broken = explorer(vae()), vae()
        good = widget.networks
        nn.init.constant_(broken.decoder[0].weight, float("nan"))
        widget._free_at = 0
        widget.refresh(broken)
        assert "not finite" in widget.problem
        assert widget.networks is good
        widget._free_at = 0
        widget.refresh(vae())
        assert widget.problem == ""

    @pytest.mark.parametrize("explorer", PLANES)
    def test_what_is_no_model_is_named(self, explorer):
        with pytest.raises(ValueError, match=r"^model: got Linear, wanted a model"):
            explorer(nn.Linear(2, 2))
        with pytest.raises(ValueError, match=r"^compare: got str"):
            LatentPlane(compare="ae-2d")

    def test_models_by_their_sizes_are_wanted_by_the_bottleneck(self):
        with pytest.raises(ValueError, match=r"^models: got VAE, wanted a dict"):
            Bottleneck(vae())
        small = models.Autoencoder(hidden_dim=8, latent_dim=2)
        with pytest.raises(ValueError, match=r"^models: the one for 3 has"):
            Bottleneck({3: small})
        assert Bottleneck({2: small}).latent_dim == 2

    def test_images_and_labels_are_checked(self):
        with pytest.raises(ValueError, match=r"^images: got \(3, 5\), wanted a tensor"):
            LatentPlane(images=torch.rand(3, 5))
        with pytest.raises(ValueError, match=r"^images: got list"):
            LatentPlane(images=[1])
        with pytest.raises(ValueError, match=r"^labels: got 2 for 3 images"):
            LatentPlane(images=torch.rand(3, 1, 28, 28), labels=torch.zeros(2))
        for wrong in (torch.rand(3, 784) * 2 - 1, torch.rand(3, 784) * 255):
            with pytest.raises(
                ValueError, match=r"^images: got floats from .*\[0, 1\]: k"
            ):
                LatentPlane(images=wrong)
        assert LatentPlane(images=torch.rand(3, 784), labels=[1, 2, 3]).problem == ""


class Own(nn.Module):
    """A learner's own model, with names that mean nothing to the course."""

    def __init__(self, returned):
        super().__init__()
        torch.manual_seed(0)
        self.hidden, self.mu, self.returned = 64, "a word", returned
        self.down, self.spread = nn.Linear(784, 2), nn.Linear(784, 2)
        self.up = nn.Linear(2, 784)

    def encode(self, x):
        z = self.down(x.flatten(1))
        return self.returned(z, self.spread(x.flatten(1)))

    def decode(self, z):
        return torch.sigmoid(self.up(z))


torch.manual_seed(0)
PLAIN = {
    "a code": Own(lambda z, _: z),
    "a code and indices": Own(lambda z, _: (z, z.argmax(1))),
    "a convolution": Convolution(),
    "two functions": models.Codec(
        encode=Own(lambda z, _: z).encode,
        decode=nn.Sequential(nn.Linear(2, 784), nn.Sigmoid()),
    ),
}
GAUSSIAN = {
    "the course's": vae(),
    "a list of two": Own(lambda z, spread: [z, spread]),
    "a tuple of two": Own(lambda z, spread: (z, spread)),
    "compiled": torch.compile(vae()),
}
MODELS = PLAIN | GAUSSIAN
SINGLE = [
    explorers.LatentPlane,
    explorers.LatentMap,
    explorers.Damage,
    explorers.Threshold,
]


class TestModelsOfEveryKind:
    """Each is drawn as what it is, or one sentence says what is wanted."""

    x = data.to_float(checkpoints.examples().images)

    @pytest.mark.parametrize("kind", MODELS)
    @pytest.mark.parametrize("explorer", SINGLE, ids=lambda e: e.__name__)
    def test_an_explorer_of_one_model(self, explorer, kind):
        model = MODELS[kind]
        codec = model if kind == "two functions" else models.Codec(model)
        widget = explorer(model)
        assert widget.problem == ""
        z = codec.code(self.x[:3])
        decode, encode = (widget._functions.get(n) for n in ("decode", "encode"))
        torch.testing.assert_close(decode.run(z), codec.decode(z).flatten(1))
        if encode:
            sizes = 4 if kind in GAUSSIAN else 2
            found = encode.run(self.x[:3].flatten(1))
            assert found.shape == (3, sizes)
            torch.testing.assert_close(found[:, :2], z)
        if "codes" in widget.data:
            torch.testing.assert_close(values_of(widget.data["codes"])[:3], z)
        if "prior" in widget.data:
            assert widget.data["prior"] == (kind in GAUSSIAN)
        in_kernel = kind == "a convolution"
        assert ("kernel" in widget.networks["decode"]) == in_kernel

    @pytest.mark.parametrize("kind", MODELS)
    def test_explorers_of_several(self, kind):
        model = MODELS[kind]
        assert explorers.Bottleneck({2: model}).problem == ""
        if kind in GAUSSIAN:
            slider = explorers.BetaSlider({1: model})
            assert slider.problem == ""
            codec = models.Codec(model)
            kl = losses.kl_divergence(*codec.posterior(self.x)).mean().item()
            assert slider.data["marks"][0]["rate"] == pytest.approx(kl, rel=1e-4)
        else:
            with pytest.raises(
                ValueError, match=r"^models?(\[1\])?: got .*, wanted a VAE"
            ):
                explorers.BetaSlider({1: model})

    @pytest.mark.parametrize("explorer", SINGLE, ids=lambda e: e.__name__)
    def test_two_functions_are_asked_anew_by_a_refresh(self, explorer):
        model = vae()
        widget = explorer(encode=lambda x: model.encode(x)[0], decode=model.decode)
        with torch.no_grad():
            model.decoder[0].weight.add_(1)
        widget._free_at = 0
        widget.refresh(model)  # as fit's on_epoch calls it
        sent = values_of(widget.networks["decode"]["layers"][0]["weight"])
        torch.testing.assert_close(sent, model.decoder[0].weight, atol=1e-3, rtol=0)
        with pytest.raises(ValueError, match="^encode, decode: got only one"):
            explorer(encode=model.encode)
        with pytest.raises(
            ValueError, match="^model, encode, decode: wanted a model or"
        ):
            explorer(model, encode=model.encode, decode=model.decode)

    @pytest.mark.parametrize("explorer", SINGLE, ids=lambda e: e.__name__)
    def test_what_encode_returned_and_what_is_wanted_is_one_sentence(self, explorer):
        three = Own(lambda z, spread: (z, z, spread))
        with pytest.raises(
            ValueError, match=r"^model: encode returned \(float32 \(1, 2"
        ):
            explorer(three)

    def test_a_model_without_a_length_or_of_length_none_is_taken(self):
        class Empty(Own):
            def __len__(self):
                return 0

        assert LatentPlane(Empty(lambda z, _: z)).data["model"] == "Empty"

    @pytest.mark.parametrize("explorer", SINGLE, ids=lambda e: e.__name__)
    def test_logits_are_hinted_at_and_pca_is_not(self, explorer):
        class Logits(Own):
            def decode(self, z):
                return 9 * super().decode(z) - 5

        hint = explorer(Logits(lambda z, _: z)).hint
        assert hint.startswith("This decoder's pixels go from -")
        assert "If these are logits, a sigmoid is missing" in hint
        pca = models.LinearAutoencoder(latent_dim=2).set_to_pca(self.x)
        assert explorer(pca).hint == ""

    def test_pictures_in_colour_are_shown(self):
        class Colour(Own):
            def encode(self, x):
                return super().encode(x.mean(dim=1))

            def decode(self, z):
                return super().decode(z).reshape(-1, 1, 28, 28).expand(-1, 3, -1, -1)

        images = self.x[:20].expand(-1, 3, -1, -1)
        for explorer in PLANES:
            widget = explorer(Colour(lambda z, _: z), images=images)
            assert widget.data["picture"] == (3, 28, 28)
            assert widget.still.shape[1:] == (3, 28, 28)
            assert "<img" in widget._picture()
        grey = models.Codec(
            encode=lambda x: x[:, 0, 0, :2], decode=lambda z: z.repeat(1, 392)
        )
        with pytest.raises(ValueError, match=r"^model: its pictures go in as \(1, 28"):
            LatentPlane(grey, images=images)


def test_own_images_are_shown_as_bytes_or_floats():
    digits = data.load("digits").test
    as_bytes = LatentPlane(vae(), images=digits.images, labels=digits.labels)
    as_floats = LatentPlane(
        vae(), images=data.to_float(digits.images), labels=digits.labels
    )
    for name in ("codes", "labels", "thumbnails", "box"):
        assert as_bytes.data[name] == as_floats.data[name]
    assert as_bytes.data["codes"]["shape"] == [len(digits), 2]


class TestRefreshes:
    """What comes faster than the server lets through waits; the last one arrives."""

    def test_with_no_kernel_each_one_arrives(self):
        plane = LatentPlane(vae())
        for seed in range(3):
            torch.manual_seed(seed)
            model = models.VAE(hidden_dim=16, latent_dim=2)
            plane.refresh(model)
            sent = values_of(plane.networks["decode"]["layers"][0]["bias"])
            assert torch.allclose(sent, model.decoder[0].bias, atol=1e-3)

    def test_with_a_kernel_the_first_and_the_last_arrive(self, monkeypatch):
        plane, sent = LatentPlane(vae()), []
        monkeypatch.setattr(base.Explorer, "_has_kernel", lambda self: True)
        monkeypatch.setattr(base, "BYTES_PER_SECOND", 100_000)
        plane.observe(lambda change: sent.append(change.new), "networks")
        monkeypatch.setattr(base, "time", SimpleNamespace(monotonic=lambda: 0.0))
        plane._free_at = 0

        async def cell():
            for seed in range(1, 20):
                torch.manual_seed(seed)
                plane.refresh(models.VAE(hidden_dim=16, latent_dim=2))
            last = values_of(plane._due[0]["decode"].spec["layers"][0]["bias"])
            assert len(sent) == 1
            for _ in range(300):  # until it has come, or half a minute
                await asyncio.sleep(0.1 if len(sent) < 2 else 0)
            return last

        last = asyncio.run(cell())
        assert len(sent) == 2
        found = values_of(sent[1]["decode"]["layers"][0]["bias"])
        assert torch.equal(found, last)


class TestTheKernelsAnswers:
    def ask(self, model, x, network="decode"):
        plane, sent = LatentPlane(model), []
        plane.send = lambda content, buffers=(): sent.append((content, buffers))
        question = {"network": network, "id": "a-1"}
        plane._answer(plane, question, [np.asarray(x, "<f4").tobytes()])
        return sent

    def test_it_runs_the_network_that_was_named(self):
        model = Convolution()
        ((content, (answer,)),) = self.ask(model, [0.5, -1.0])
        assert content == {"id": "a-1"}
        with torch.no_grad():
            wanted = model.decode(torch.tensor([[0.5, -1.0]]))
        got = torch.tensor(np.frombuffer(answer, "<f4").copy())
        assert torch.allclose(got, wanted[0], atol=1e-6)

    def test_an_error_of_the_model_is_sent_and_not_swallowed(self):
        ((content, _),) = self.ask(Convolution(), [0.5])
        assert content["id"] == "a-1"
        assert content["error"].startswith("RuntimeError: ")

    def test_a_question_for_nobody_is_left_alone(self):
        assert self.ask(Convolution(), [0.5], network="other") == []


def test_it_opens_light_from_a_cold_start():
    """What would make it slow is not loaded; the time itself is a benchmark's."""
    script = (
        "import sys, psutil\n"
        "from course_lib.explorers import LatentPlane\n"
        "LatentPlane()._repr_mimebundle_()\n"
        "print(psutil.Process().memory_info().rss)\n"
        "print('torchvision' in sys.modules, 'sklearn' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120
    )
    memory, loaded = done.stdout.strip().split("\n")
    assert int(memory) < 600e6
    assert loaded == "False False"
