"""What the course asks of a model: codes, posteriors and pictures of every kind."""

from collections import namedtuple

import pytest
import torch
from torch import nn
from torch.distributions import Categorical, Independent, Normal

from course_lib import models
from course_lib.models import Codec, reconstruct
from course_lib.models.codec import evaluating

X = torch.rand(5, 1, 28, 28, generator=torch.Generator().manual_seed(0))
Gaussian = namedtuple("Gaussian", "z mu logvar")


class Own(nn.Module):
    """A learner's own model; `returned` makes what its encode returns of two codes."""

    def __init__(self, returned):
        super().__init__()
        torch.manual_seed(0)
        self.hidden, self.logvar = 64, "a word"  # names that mean nothing here
        self.first, self.second = nn.Linear(784, 2), nn.Linear(784, 2)
        self.back, self.returned = nn.Linear(2, 784), returned

    def encode(self, x):
        x = x.flatten(1)
        return self.returned(self.first(x), self.second(x))

    def decode(self, z):
        return torch.sigmoid(self.back(z))


CODES = {
    "z": lambda z, _: z,
    "a tuple of one": lambda z, _: (z,),
    "z and indices": lambda z, _: (z, z.argmax(1)),
    "z, a loss and indices": lambda z, _: (z, z.sum(), z.argmax(1)),
    "a dict": lambda z, _: {"z": z},
}
GAUSSIANS = {
    "a tuple": lambda mu, logvar: (mu, logvar),
    "a list": lambda mu, logvar: [mu, logvar],
    "a dict": lambda mu, logvar: {"mu": mu, "logvar": logvar, "z": mu + 1},
    "names": lambda mu, logvar: Gaussian(mu + 1, mu, logvar),
    "a Normal": lambda mu, logvar: Normal(mu, torch.exp(logvar / 2)),
    "a Normal of one event": lambda mu, logvar: Independent(
        Normal(mu, torch.exp(logvar / 2)), 1
    ),
}


@pytest.mark.parametrize("returned", CODES.values(), ids=CODES)
def test_a_plain_code_has_no_posterior(returned):
    model = Own(returned)
    codec = Codec(model)
    assert not codec.is_gaussian
    assert codec.latent_dim == 2
    torch.testing.assert_close(codec.code(X), model.first(X.flatten(1)).detach())
    with pytest.raises(ValueError, match=r"^model: got Own, wanted a VAE"):
        codec.posterior(X)


@pytest.mark.parametrize("returned", GAUSSIANS.values(), ids=GAUSSIANS)
def test_the_code_of_a_gaussian_is_its_mean(returned):
    model = Own(returned)
    codec = Codec(model)
    assert codec.is_gaussian
    mu, logvar = codec.posterior(X)
    torch.testing.assert_close(mu, model.first(X.flatten(1)).detach())
    torch.testing.assert_close(logvar, model.second(X.flatten(1)).detach())
    assert torch.equal(codec.code(X), mu)


WRONG = {
    "three floats": (
        lambda z, _: (z, z, z),
        r"encode returned \(float32 \(1, 2\), float32 \(1, 2\), float32 \(1, 2\)\), w",
    ),
    "a skip": (
        lambda z, _: (z, z[:, :1]),
        r"encode returned \(float32 \(1, 2\), fl",
    ),
    "logits": (lambda z, _: Categorical(logits=z), "encode returned Categorical, want"),
    "nothing": (lambda z, _: None, "encode returned NoneType, wanted a code z"),
    "a number an image": (
        lambda z, _: z[:, 0],
        r"encode returned float32 \(1,\), w",
    ),
    "other names": (
        lambda z, _: {"code": z},
        r"encode returned \{'code': float32 \(",
    ),
    "another size": (lambda z, _: z[:, :1], r"decode cannot take the code that encode"),
}


@pytest.mark.parametrize(("returned", "said"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_read_is_said_in_one_sentence(returned, said):
    with pytest.raises(ValueError, match=f"^model: {said}"):
        Codec(Own(returned))


def test_functions_stand_for_a_model_of_other_names():
    model = models.VAE(hidden_dim=8, latent_dim=2)
    codec = Codec(encode=lambda x: model.encode(x)[0], decode=model.decode)
    assert (codec.name, codec.is_gaussian) == ("your model", False)
    torch.testing.assert_close(codec.code(X), model.encode(X)[0].detach())
    with pytest.raises(ValueError, match="^encode, decode: got only one"):
        Codec(encode=model.encode)
    with pytest.raises(ValueError, match="^model: got int, wanted a model with"):
        Codec(3)


class Convolution(nn.Module):
    """A convolution for colour pictures of another size, with a code that has sides."""

    def __init__(self):
        super().__init__()
        self.down = nn.Conv2d(3, 4, 8, stride=8)
        self.up = nn.ConvTranspose2d(4, 3, 8, stride=8)

    def encode(self, x):
        return self.down(x)

    def decode(self, z):
        return self.up(z)


def test_a_code_with_sides_and_pictures_in_colour_are_kept_in_shape():
    model, x = Convolution(), torch.rand(2, 3, 32, 32)
    codec = Codec(model, picture=(3, 32, 32))
    assert (codec.latent_dim, codec.picture_out) == (64, (3, 32, 32))
    z = codec.code(x)
    assert z.shape == (2, 64)
    torch.testing.assert_close(codec.decode(z), model.decode(model.encode(x)).detach())


def test_neither_form_fits_and_both_reasons_are_told():
    with pytest.raises(
        ValueError,
        match=r"takes pictures neither as \(1, 1, 28, 28\) \(RuntimeError: .*channels.*"
        r"nor as \(1, 784\) \(RuntimeError",
    ):
        Codec(Convolution())


def test_a_model_that_wants_flat_pictures_gets_them():
    layer = nn.Linear(784, 2)  # no flatten in it
    codec = Codec(encode=layer, decode=nn.Linear(2, 784))
    torch.testing.assert_close(codec.code(X), layer(X.flatten(1)).detach())
    assert codec.decode(torch.zeros(3, 2)).shape == (3, 1, 28, 28)


def test_a_compiled_model_is_still_the_model():
    vae = models.VAE(hidden_dim=8, latent_dim=2)
    codec = Codec(torch.compile(vae))
    assert (codec.name, codec.is_gaussian) == ("VAE", True)
    torch.testing.assert_close(codec.code(X), vae.encode(X)[0].detach())


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16])
def test_codes_are_floats_on_the_cpu_whatever_the_model(dtype):
    codec = Codec(models.VAE(hidden_dim=8, latent_dim=2).to(dtype))
    assert {part.dtype for part in codec.posterior(X)} == {torch.float32}
    assert codec.decode(torch.zeros(1, 2)).dtype == torch.float32


def test_each_part_of_a_model_keeps_its_own_mode():
    frozen = nn.Sequential(nn.BatchNorm1d(3).eval(), nn.Dropout())
    with evaluating(frozen):
        assert not any(part.training for part in frozen.modules())
    assert [part.training for part in frozen.modules()] == [True, False, True]
    with pytest.raises(KeyError), evaluating(frozen):
        raise KeyError
    assert frozen[1].training


def test_a_copy_has_no_noise_and_moves_nothing():
    vae = models.VAE(hidden_dim=8, latent_dim=2)
    wanted = vae.decode(vae.encode(X)[0]).detach()
    torch.testing.assert_close(reconstruct(vae, X), wanted)
    torch.testing.assert_close(reconstruct(vae, X.flatten(1)), wanted)
    network = nn.Sequential(nn.Flatten(), nn.BatchNorm1d(784), nn.Dropout())
    before = network[1].running_mean.clone()
    first, second = reconstruct(network, X), reconstruct(network, X)
    assert torch.equal(first, second)
    assert torch.equal(network[1].running_mean, before)
    assert reconstruct(lambda x: 1 - x, X).shape == (5, 784)
