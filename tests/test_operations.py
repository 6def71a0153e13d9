"""Which layers are found in a function, what they hold, and what is refused."""

import pytest
import torch
from torch import nn

from course_lib import models
from course_lib.explorers import LatentPlane, layers, networks
from course_lib.explorers.operations import Unknown, replay

PICTURES = (3, 8, 8)


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


def kinds(function, inputs=192, **options):
    return [layer.kind for layer in layers.find(function, inputs, **options)]


def on_pictures(*every):
    return nn.Sequential(nn.Unflatten(1, PICTURES), *every, nn.Flatten()).eval()


class Heads(nn.Module):
    """A convolutional encoder, its Gaussian in one of the forms that people write."""

    def __init__(self, form):
        super().__init__()
        self.form = form
        self.down = nn.Sequential(nn.Conv2d(3, 4, 4, 2, 1), nn.ReLU())
        self.one, self.two = nn.Linear(64, 2), nn.Linear(64, 2, bias=False)
        self.both = nn.Linear(64, 4)
        self.wide, self.deep = nn.Conv2d(4, 2, 4), nn.Conv2d(4, 2, 4, bias=False)
        self.up = nn.Linear(2, 192)

    def encode(self, x):
        h = self.down(x)
        flat = h.flatten(1)
        if self.form == "two layers":
            return self.one(flat), self.two(flat)
        if self.form == "each by itself":
            return self.one(flat), self.two(self.down(x).flatten(1))
        if self.form == "chunk":
            return self.both(flat).chunk(2, dim=1)
        if self.form == "slices":
            h = self.both(flat)
            return h[:, :2], h[:, 2:]
        if self.form == "split, turned round":
            logvar, mu = self.both(flat).split(2, dim=1)
            return mu, logvar
        return self.wide(h), self.deep(h)

    def decode(self, z):
        return self.up(z.flatten(1)).reshape(-1, *PICTURES)


@pytest.mark.parametrize(
    "form",
    [
        *("two layers", "each by itself", "chunk", "slices", "split, turned round"),
        "two convolutions",
    ],
)
def test_a_gaussians_two_heads_are_one_layer(form):
    codec = models.Codec(Heads(form), picture=PICTURES)
    network = networks.encoder(codec, dtype="float32")
    last = "conv2d" if form == "two convolutions" else "linear"
    assert [part["kind"] for part in network.spec["layers"]] == ["conv2d", "relu", last]
    x = torch.rand(5, 192)
    found = x
    for layer in layers.find(network.run, 192):
        found = replay(layer, found)
    torch.testing.assert_close(found, network.run(x), atol=1e-5, rtol=0)
    assert found.shape == (5, 4)


def test_what_does_nothing_in_eval_mode_and_shapes_leave_no_layer():
    dropouts = (nn.Dropout(), nn.Dropout2d(), nn.Identity())
    assert kinds(on_pictures(*dropouts, nn.Conv2d(3, 1, 8))) == ["conv2d"]


def test_batch_norms_are_folded_where_that_can_be():
    def norm(channels):
        norm = nn.BatchNorm2d(channels)
        nn.init.uniform_(norm.running_var, 0.5, 2)
        return norm

    assert kinds(on_pictures(nn.Conv2d(3, 4, 3), norm(4))) == ["conv2d"]
    assert kinds(on_pictures(nn.ConvTranspose2d(3, 4, 3), norm(4))) == [
        "conv_transpose2d"
    ]
    assert kinds(on_pictures(norm(3), nn.Conv2d(3, 4, 3))) == ["affine", "conv2d"]


@pytest.mark.filterwarnings("ignore:Using padding='same'")
@pytest.mark.parametrize(
    ("layer", "why"),
    [
        (nn.Conv2d(3, 3, 3, groups=3), "has a conv2d in 3 groups"),
        (nn.Conv2d(3, 3, 3, dilation=2), r"has a conv2d with dilation \(2, 2\)"),
        (
            nn.ConvTranspose2d(3, 3, 3, dilation=2),
            r"has a conv_transpose2d with dilation",
        ),
        (nn.Conv2d(3, 3, 2, padding="same"), r"sides \[2, 2\] and padding 'same'"),
        (nn.Conv2d(3, 3, 3, padding=1, padding_mode="reflect"), "uses `pad`"),
        (nn.Upsample(scale_factor=2, mode="bilinear"), "enlarges pictures by bilinear"),
        (nn.Upsample(size=(9, 9)), "enlarges pictures by other than whole numbers"),
        (nn.MaxPool2d(2), "uses `.*max_pool2d.*`"),
        (nn.BatchNorm2d(3, track_running_stats=False), "measures each batch anew"),
        (nn.GroupNorm(3, 3), "uses `group_norm`"),
        (nn.Linear(8, 8), "a linear layer along one of several sides"),
        (nn.Softmax(1), "uses `softmax`"),
    ],
    ids=lambda part: type(part).__name__ if isinstance(part, nn.Module) else "",
)
def test_what_the_browser_cannot_do_is_named(layer, why):
    with pytest.raises(Unknown, match=why):
        layers.find(on_pictures(layer), 192)


def test_the_first_thing_in_the_way_is_named_and_what_led_nowhere_is_not():
    def run(x):
        assert x.max() < 9  # it looks at its batch, which changes nothing
        return nn.functional.softplus(nn.functional.mish(x))

    with pytest.raises(Unknown, match="uses `mish`"):
        layers.find(run, 192)
    assert kinds(lambda x: torch.relu(x) if x.min() < 1 else x) == ["relu"]


def test_symbols_are_looked_up():
    table = nn.Embedding(5, 3)
    found = kinds(lambda x: table(x.long()).flatten(1), 4, symbols=5)
    assert found == ["embedding"]


def test_a_network_of_forty_megabytes_is_left_to_the_kernel():
    wide = nn.Linear(2000, 5000)
    spec = networks.Network(wide, 2000, dtype="float32").spec
    assert spec["kernel"].startswith(
        "This model has 40 MB of weights, of which a browser gets 32 at most, so the "
    )
    assert "layers" in networks.Network(wide, 2000).spec  # half of it


def test_weights_that_float16_cannot_hold_travel_as_float32():
    layer = nn.Linear(2, 3)
    nn.init.constant_(layer.bias, 1e5)
    (packed,) = networks.Network(layer, 2).spec["layers"]
    assert packed["weight"]["dtype"] == "float16"
    assert packed["bias"]["dtype"] == "float32"


def test_a_batch_norm_that_has_gone_wrong_is_said():
    class Own(nn.Module):
        def __init__(self):
            super().__init__()
            self.down = nn.Sequential(nn.Flatten(), nn.Linear(784, 2))
            self.up = nn.Sequential(nn.Linear(2, 784), nn.BatchNorm1d(784))

        def encode(self, x):
            return self.down(x)

        def decode(self, z):
            return self.up(z)

    model = Own()
    assert LatentPlane(model).problem == ""
    nn.init.constant_(model.up[1].running_var, float("nan"))
    assert LatentPlane(model).problem.startswith("The model's weights are not finite")
