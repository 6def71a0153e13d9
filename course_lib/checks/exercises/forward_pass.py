"""The exercise forward-pass of lesson 01: a small autoencoder, written out."""

import torch

from course_lib.checks.engine import Exercise, Mistake


def _forward_pass(x, W_e, b_e, W_d, b_d):
    z = x @ W_e.T + b_e
    return z, torch.sigmoid(z @ W_d.T + b_d)


def _small_networks(generator):
    for n, input_dim, latent_dim in ((2, 12, 3), (5, 20, 4), (7, 784, 2)):
        yield (
            torch.rand(n, input_dim, generator=generator),
            torch.randn(latent_dim, input_dim, generator=generator) / input_dim**0.5,
            torch.randn(latent_dim, generator=generator),
            torch.randn(input_dim, latent_dim, generator=generator),
            torch.randn(input_dim, generator=generator),
        )


def _same(a):
    return a


def _with(encoder_end=_same, decoder_end=torch.sigmoid, bias=1, decoder_start=_same):
    """Return a forward pass that differs from the right one in these places."""

    def forward_pass(x, W_e, b_e, W_d, b_d):
        z = encoder_end(x @ W_e.T + bias * b_e)
        return z, decoder_end(decoder_start(z) @ W_d.T + bias * b_d)

    return forward_pass


def _bias_outside(x, W_e, b_e, W_d, b_d):
    z = x @ W_e.T + b_e
    return z, torch.sigmoid(z @ W_d.T) + b_d


def _tied(x, W_e, b_e, W_d, b_d):
    z = x @ W_e.T + b_e
    return z, torch.sigmoid(z @ W_e + b_d)


forward_pass = Exercise(
    name="forward-pass",
    reference=_forward_pass,
    inputs=_small_networks,
    gradient=("x",),
    dtype=True,
    parts=("z", "x_hat"),
    mistakes=(
        Mistake(
            "no sigmoid",
            _with(decoder_end=_same),
            "The code is right. The last sigmoid is missing: without it, pixels leave "
            "[0, 1].",
        ),
        Mistake(
            "ReLU on the code",
            _with(encoder_end=torch.relu),
            "There is a ReLU on z. A code must be free to be negative; the ReLU throws "
            "away every negative number in it.",
        ),
        Mistake(
            "sigmoid on the code",
            _with(encoder_end=torch.sigmoid),
            "There is a sigmoid on z as well. It belongs at the end of the decoder, "
            "because pixels lie in [0, 1]; codes need not.",
        ),
        Mistake(
            "ReLU on the image",
            _with(decoder_end=torch.relu),
            "The decoder ends in a ReLU, which lets pixels grow above 1. Pixels lie in "
            "[0, 1]: end in a sigmoid.",
        ),
        Mistake(
            "no biases",
            _with(bias=0),
            "The biases b_e and b_d are missing: a layer is a @ W.T + b.",
        ),
        Mistake(
            "no b_d",
            lambda x, W_e, b_e, W_d, b_d: _forward_pass(x, W_e, b_e, W_d, 0),
            "The code is right. The decoder's bias b_d is missing.",
        ),
        Mistake(
            "no b_e",
            lambda x, W_e, b_e, W_d, b_d: _forward_pass(x, W_e, 0, W_d, b_d),
            "The encoder's bias b_e is missing.",
        ),
        Mistake(
            "biases subtracted",
            _with(bias=-1),
            "The biases are subtracted. A layer adds its bias: a @ W.T + b.",
        ),
        Mistake(
            "ReLU before the decoder",
            _with(decoder_start=torch.relu),
            "You return the right z, but decode its ReLU. The decoder should see z "
            "itself, the negative numbers too.",
        ),
        Mistake(
            "sigmoid before the decoder",
            _with(decoder_start=torch.sigmoid),
            "You return the right z, but decode its sigmoid. The decoder should see z "
            "itself.",
        ),
        Mistake(
            "tanh on the code",
            _with(encoder_end=torch.tanh),
            "There is a tanh on z, which keeps it within -1 and 1. A code may be any "
            "number: leave z as the layer gives it.",
        ),
        Mistake(
            "tanh for sigmoid",
            _with(decoder_end=torch.tanh),
            "The code is right. The decoder ends in a tanh, from -1 to 1; pixels lie "
            "in [0, 1]: end in a sigmoid.",
        ),
        Mistake(
            "softmax for sigmoid",
            _with(decoder_end=lambda a: a.softmax(dim=1)),
            "The code is right. A softmax makes the pixels of a picture add up to 1; "
            "they are not shares of anything: use a sigmoid.",
        ),
        Mistake(
            "clamped",
            _with(decoder_end=lambda a: a.clamp(0, 1)),
            "The code is right. Clamping also ends in [0, 1], but cuts off what is "
            "outside, with a slope of 0 there. The formula has a sigmoid.",
        ),
        Mistake(
            "sigmoid twice",
            _with(decoder_end=lambda a: a.sigmoid().sigmoid()),
            "The code is right. The sigmoid is applied twice, so that no pixel can be "
            "darker than 0.5. Once is enough.",
        ),
        Mistake(
            "sigmoid upside down",
            _with(decoder_end=lambda a: torch.sigmoid(-a)),
            "The code is right, and the picture comes out as its negative: a sigmoid "
            "is 1 / (1 + exp(-a)), with a minus in the exponent.",
        ),
        Mistake(
            "bias after the sigmoid",
            _bias_outside,
            "The bias b_d belongs inside the sigmoid; added after it, it pushes pixels "
            "out of [0, 1].",
        ),
        Mistake(
            "encoder's weights in the decoder",
            _tied,
            "You decoded with W_e. That is a known variant (tied weights), but this "
            "decoder has weights of its own, W_d.",
        ),
        Mistake(
            "only the image",
            lambda *args: _forward_pass(*args)[1],
            "You returned x_hat alone; return both, z and x_hat.",
        ),
        Mistake(
            "only the code",
            lambda *args: _forward_pass(*args)[0],
            "You returned z alone; return both, z and x_hat.",
        ),
        Mistake(
            "image before code",
            lambda *args: _forward_pass(*args)[::-1],
            "Both are right, but in the other order: return z, x_hat.",
        ),
        Mistake(
            "columns for rows",
            lambda *args: tuple(a.T for a in _forward_pass(*args)),
            "The numbers are right, but transposed: z should be (n, latent_dim) and "
            "x_hat (n, input_dim), one row for each picture.",
        ),
        Mistake(
            "three answers",
            lambda *args: (args[0], *_forward_pass(*args)),
            "z and x_hat are right, and x came back with them. Return two: z, x_hat.",
        ),
        Mistake(
            "no picture yet",
            lambda *args: (_forward_pass(*args)[0], None),
            "z is right, and x_hat came as None. Decode z, and return both.",
        ),
    ),
)
