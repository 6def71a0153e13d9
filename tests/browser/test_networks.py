"""Networks in the browser against torch: each kind of layer, and whole models."""

import numpy as np
import pytest
import torch
from pages import as_text, numbers, text
from torch import nn

from course_lib import checkpoints, data, models
from course_lib.explorers import networks

RUN = """([spec, rows, size]) => {
  for (const { weight, bias } of spec.layers) {
    for (const array of [weight, bias]) if (array) array.bytes = view(array.bytes);
  }
  const network = new core.FeedForward(spec);
  const all = floats(rows);
  const found = [];
  for (let i = 0; i < all.length; i += size) {
    network.run(all.subarray(i, i + size), (y) => found.push(...y));
  }
  return base64(Float32Array.from(found));
}"""


def run(page, network, x):
    """Return what the browser's network gives for rows of numbers, (n, inputs)."""
    arguments = [as_text(network.spec), text(x, "<f4"), network.inputs]
    return torch.tensor(numbers(page.evaluate(RUN, arguments)).reshape(len(x), -1))


@pytest.fixture
def agrees(page, record_property):
    """A function that holds the browser's network against torch's, to 1e-5."""

    def hold(network, x):
        assert "layers" in network.spec, network.spec["kernel"]
        with torch.no_grad():
            wanted = network.run(x).flatten(1)
        found = run(page, network, x)
        assert found.shape == wanted.shape
        error = (found - wanted).abs().max().item()
        record_property("largest error", error)
        print(f"largest error {error:.1e}")  # for those who ask with -rP
        assert error <= 1e-5
        assert wanted.std() > 1e-3  # there was something to get wrong

    return hold


def some(*shape):
    """Return rows of numbers around 0: none, ones, and others."""
    size = int(np.prod(shape))
    return torch.cat([torch.zeros(1, size), torch.ones(1, size), torch.randn(4, size)])


def on(shape, *layers):
    """Return a network of layers on pictures of a shape, given as rows."""
    every = nn.Sequential(nn.Unflatten(1, shape), *layers, nn.Flatten()).eval()
    return networks.Network(every, int(np.prod(shape)), dtype="float32")


def used(norm):
    """Return a batch norm with a past and weights of its own."""
    for values, low, high in (
        (norm.running_mean, -1, 1),
        (norm.running_var, 0.3, 3),
        (norm.weight, -2, 2),
        (norm.bias, -1, 1),
    ):
        nn.init.uniform_(values, low, high)
    return norm


CONVOLUTIONS = {
    "as it comes": ((1, 28, 28), lambda: nn.Conv2d(1, 8, 3)),
    "halved": ((8, 14, 14), lambda: nn.Conv2d(8, 16, 4, stride=2, padding=1)),
    "an odd stride": ((3, 9, 11), lambda: nn.Conv2d(3, 5, 3, stride=3, padding=2)),
    "sides apart": (
        (2, 7, 12),
        lambda: nn.Conv2d(2, 3, (3, 5), stride=(2, 1), padding=(0, 2)),
    ),
    "one pixel": ((6, 5, 5), lambda: nn.Conv2d(6, 2, 1, bias=False)),
    "all of it": ((1, 28, 28), lambda: nn.Conv2d(1, 2, 28)),
    "same": ((2, 6, 7), lambda: nn.Conv2d(2, 4, (3, 5), padding="same")),
    "valid": ((2, 6, 7), lambda: nn.Conv2d(2, 4, 3, padding="valid")),
    "turned, doubled": (
        (8, 7, 7),
        lambda: nn.ConvTranspose2d(8, 4, 4, stride=2, padding=1),
    ),
    "turned, with more": (
        (4, 7, 7),
        lambda: nn.ConvTranspose2d(4, 3, 3, stride=2, padding=1, output_padding=1),
    ),
    "turned, more and no padding": (
        (2, 4, 5),
        lambda: nn.ConvTranspose2d(2, 3, 2, stride=3, output_padding=2),
    ),
    "turned, sides apart": (
        (3, 5, 4),
        lambda: nn.ConvTranspose2d(3, 2, (2, 5), stride=(1, 3), padding=(0, 2)),
    ),
    "turned, from a point": ((5, 1, 1), lambda: nn.ConvTranspose2d(5, 3, 28)),
    "turned, no bias": ((3, 4, 4), lambda: nn.ConvTranspose2d(3, 7, 3, bias=False)),
}


class TestLayers:
    @pytest.mark.parametrize("name", CONVOLUTIONS)
    def test_convolutions_agree_with_torch(self, agrees, name):
        shape, make = CONVOLUTIONS[name]
        agrees(on(shape, make()), some(*shape))

    @pytest.mark.parametrize("kind", [nn.Conv2d, nn.ConvTranspose2d])
    @pytest.mark.parametrize("seed", range(12))
    def test_random_convolutions_agree_with_torch(self, agrees, kind, seed):
        """Their sizes are drawn, and those that torch itself refuses drawn anew."""
        generator = np.random.default_rng(seed)

        def pair(low, high):
            return tuple(generator.integers(low, high + 1, 2).tolist())

        while True:
            (c_in, c_out), sides = pair(1, 9), pair(1, 12)
            options = {"stride": pair(1, 4), "padding": pair(0, 3)}
            if kind is nn.ConvTranspose2d:
                options["output_padding"] = pair(0, 3)
            layer = kind(c_in, c_out, pair(1, 5), **options)
            try:
                assert layer(torch.zeros(1, c_in, *sides)).numel() > 3
                break
            except (RuntimeError, AssertionError):
                continue
        agrees(on((c_in, *sides), layer), some(c_in, *sides))

    @pytest.mark.parametrize(
        "norm",
        [
            lambda: [nn.Conv2d(3, 5, 3, bias=False), used(nn.BatchNorm2d(5))],
            lambda: [nn.ConvTranspose2d(3, 5, 3), used(nn.BatchNorm2d(5)), nn.ReLU()],
            lambda: [used(nn.BatchNorm2d(3)), nn.ReLU(), nn.Conv2d(3, 4, 3)],
            lambda: [nn.Flatten(), used(nn.BatchNorm1d(48)), nn.Linear(48, 5)],
            lambda: [nn.Flatten(), nn.Linear(48, 5), used(nn.BatchNorm1d(5))],
            lambda: [
                *(nn.Flatten(), nn.Linear(48, 8), nn.Unflatten(1, (2, 2, 2))),
                *(used(nn.BatchNorm2d(2)), nn.Conv2d(2, 2, 2)),
            ],
            lambda: [nn.Conv2d(3, 5, 3), nn.Flatten(), used(nn.BatchNorm1d(20))],
            lambda: [nn.Conv2d(3, 5, 3), nn.BatchNorm2d(5, affine=False)],
        ],
        ids=[
            *("conv2d", "transposed", "first", "first of a row", "linear"),
            *("unflattened", "other channels", "no weights"),
        ],
    )
    def test_batch_norms_agree_with_torch(self, agrees, norm):
        agrees(on((3, 4, 4), *norm()), some(3, 4, 4))

    def test_a_batch_norm_goes_into_the_layer_before_it(self):
        layers = [nn.Conv2d(3, 5, 3), used(nn.BatchNorm2d(5)), nn.ReLU()]
        spec = on((3, 4, 4), *layers).spec
        assert [layer["kind"] for layer in spec["layers"]] == ["conv2d", "relu"]

    @pytest.mark.parametrize(
        "layer",
        [
            nn.Upsample(scale_factor=2),
            nn.Upsample(size=(9, 20)),
            nn.UpsamplingNearest2d(scale_factor=3),
        ],
        ids=["twice", "by size", "its other name"],
    )
    def test_upsampling_agrees_with_torch(self, agrees, layer):
        agrees(on((2, 3, 5), layer, nn.Conv2d(2, 3, 3, padding=1)), some(2, 3, 5))

    @pytest.mark.parametrize(
        "activation",
        [
            *(nn.ReLU(), nn.Tanh(), nn.SiLU(), nn.Sigmoid(), nn.GELU()),
            *(nn.GELU("tanh"), nn.LeakyReLU(), nn.LeakyReLU(0.3)),
        ],
        ids=str,
    )
    @pytest.mark.parametrize("bias", [True, False], ids=["bias", "no bias"])
    def test_every_activation_agrees_with_torch(self, agrees, activation, bias):
        layers = nn.Sequential(
            nn.Linear(6, 9, bias=bias), activation, nn.Linear(9, 3, bias=bias)
        )
        nn.init.normal_(layers[0].weight)
        network = networks.Network(layers, 6, dtype="float32")
        x = torch.cat([torch.zeros(1, 6), torch.eye(6), 3 * torch.randn(8, 6)])
        agrees(network, x)

    @pytest.mark.parametrize("approximate", ["none", "tanh"])
    def test_gelu_agrees_everywhere(self, agrees, approximate):
        network = networks.Network(nn.GELU(approximate), 1001, dtype="float32")
        agrees(network, torch.linspace(-12, 12, 1001)[None])

    def test_an_activation_may_come_last(self, agrees):
        layers = nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.SiLU())
        agrees(networks.Network(layers, 4, dtype="float32"), torch.randn(6, 4))

    @pytest.mark.parametrize("rows", range(1, 10))
    def test_linear_layers_of_any_size_agree_with_torch(self, agrees, rows):
        layer = nn.Linear(11 - rows, rows)
        agrees(networks.Network(layer, 11 - rows, dtype="float32"), some(11 - rows))

    def test_symbols_become_vectors_and_pictures_of_them(self, agrees, page):
        table, up = nn.Embedding(9, 4), nn.ConvTranspose2d(4, 1, 4, stride=4)

        def decode(symbols):
            z = table(symbols.long().reshape(-1, 3, 5)).permute(0, 3, 1, 2)
            return up(z).flatten(1)

        network = networks.Network(decode, 15, symbols=9, dtype="float32")
        kinds = [layer["kind"] for layer in network.spec["layers"]]
        assert kinds == ["embedding", "permute", "conv_transpose2d"]
        agrees(network, torch.randint(9, (6, 15)).float())
        for wrong in (9, -1, float("nan")):
            with pytest.raises(Exception, match=r"got symbol \S+, wanted 0 to 8"):
                run(page, network, torch.full((1, 15), wrong))

    def test_sides_in_another_order_agree_with_torch(self, agrees):
        turned = (
            lambda x: x.reshape(-1, 2, 3, 4).permute(0, 3, 1, 2).flatten(1),
            lambda x: x.reshape(-1, 6, 4).transpose(1, 2).flatten(1),
            lambda x: x.reshape(-1, 2, 3, 4).movedim(1, -1).flatten(1),
        )
        for function in turned:
            agrees(networks.Network(function, 24, dtype="float32"), some(24))

    def test_what_it_does_not_know_is_refused(self, page):
        spec = {"inputs": 2, "layers": [{"kind": "softplus"}]}
        with pytest.raises(Exception, match="network: no layer softplus here"):
            page.evaluate(RUN, [spec, text(torch.zeros(2), "<f4"), 2])

    def test_an_input_of_the_wrong_size_is_refused(self, page):
        layers = nn.Sequential(nn.Linear(4, 5))
        spec = networks.Network(layers, 4).spec
        with pytest.raises(Exception, match="network: 3 inputs for 4"):
            page.evaluate(RUN, [as_text(spec), text(torch.zeros(3), "<f4"), 3])


class Colour(nn.Module):
    """A student's convolutional VAE for colour, with all that such things have."""

    def __init__(self):
        super().__init__()
        self.down = nn.Sequential(
            *(nn.Conv2d(3, 16, 4, 2, 1), used(nn.BatchNorm2d(16)), nn.LeakyReLU(0.2)),
            *(nn.Conv2d(16, 32, 4, 2, 1), nn.GELU(), nn.Flatten()),
        )
        self.heads = nn.Linear(32 * 7 * 7, 40)
        self.up = nn.Sequential(
            *(nn.Linear(20, 128), nn.ReLU(), nn.Linear(128, 32 * 7 * 7)),
            *(nn.Unflatten(1, (32, 7, 7)), used(nn.BatchNorm2d(32)), nn.ReLU()),
            *(nn.ConvTranspose2d(32, 16, 4, 2, 1), nn.Dropout2d(), nn.SiLU()),
            *(nn.Upsample(scale_factor=2), nn.Conv2d(16, 3, 3, padding=1)),
        )

    def encode(self, x):
        return self.heads(self.down(x)).chunk(2, dim=1)

    def decode(self, z):
        return torch.sigmoid(self.up(z))


class TestModels:
    @pytest.fixture(
        params=[
            lambda: models.VAE(),
            lambda: models.VAE(hidden_dim=5, latent_dim=3),
            lambda: models.Autoencoder(),
            lambda: models.Autoencoder(hidden_dim=7, latent_dim=1),
            lambda: models.LinearAutoencoder(latent_dim=6),
            lambda: checkpoints.load("vae-2d"),
        ],
        ids=["VAE", "small VAE", "AE", "small AE", "linear AE", "trained VAE"],
    )
    def model(self, request, page):
        return request.param().eval()

    def test_encoders_agree_with_torch(self, agrees, model):
        generator = torch.Generator().manual_seed(1)
        digits = data.to_float(checkpoints.examples().images[::200]).flatten(1)
        fixed = torch.stack([torch.zeros(784), torch.ones(784)])
        x = torch.cat(
            [
                fixed,
                torch.eye(28).reshape(1, 784),
                digits,
                torch.rand(5, 784, generator=generator),
            ]
        )
        agrees(networks.encoder(models.Codec(model), dtype="float32"), x)

    def test_decoders_agree_with_torch(self, agrees, model):
        network = networks.decoder(models.Codec(model), dtype="float32")
        generator = torch.Generator().manual_seed(1)
        fixed = torch.stack([torch.zeros(network.inputs), torch.ones(network.inputs)])
        drawn = 2 * torch.randn(8, network.inputs, generator=generator)
        agrees(network, torch.cat([fixed, -fixed[1:], drawn]))

    def test_a_convolutional_vae_in_colour_agrees_with_torch(self, agrees):
        torch.manual_seed(0)
        codec = models.Codec(Colour(), picture=(3, 28, 28))
        assert codec.is_gaussian
        agrees(networks.encoder(codec, dtype="float32"), torch.rand(4, 3 * 28 * 28))
        agrees(networks.decoder(codec, dtype="float32"), some(20))

    def test_half_the_bytes_change_little(self, page):
        model = models.VAE().eval()
        nn.init.normal_(model.decoder[0].weight)
        network = networks.decoder(models.Codec(model))
        assert network.spec["layers"][0]["weight"]["dtype"] == "float16"
        z = torch.randn(4, 20)
        with torch.no_grad():
            wanted = model.decode(z)
        assert (run(page, network, z) - wanted).abs().max() < 1e-2
