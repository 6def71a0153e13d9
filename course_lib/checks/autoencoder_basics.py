"""The exercises of lesson 01: squared error, the forward pass, the smallest code."""

import torch

from course_lib.checks.engine import Exercise, Mistake


def _squared_error(x_hat, x):
    return ((x_hat - x) ** 2).sum(dim=1)


def _pairs_of_images(generator):
    for n in (2, 3, 5, 8):
        yield tuple(torch.rand(2, n, 784, generator=generator))


squared_error = Exercise(
    name="squared-error",
    reference=_squared_error,
    inputs=_pairs_of_images,
    mistakes=(
        Mistake(
            "no sum",
            lambda x_hat, x: (x_hat - x) ** 2,
            "You have one value for each pixel. Now add them up, over dim=1.",
        ),
        Mistake(
            "sum before square",
            lambda x_hat, x: (x_hat - x).sum(dim=1) ** 2,
            "You squared after summing, when errors above and below had cancelled. "
            "Square each difference first.",
        ),
        Mistake(
            "dimension kept",
            lambda x_hat, x: ((x_hat - x) ** 2).sum(dim=1, keepdim=True),
            "The values are right, but the shape is (n, 1), not (n,): drop keepdim.",
        ),
        Mistake(
            "mean over pixels",
            lambda x_hat, x: ((x_hat - x) ** 2).mean(dim=1),
            "You took the mean over the 784 pixels; the error of an image is their "
            "sum, 784 times as large.",
        ),
        Mistake(
            "mean over everything",
            lambda x_hat, x: ((x_hat - x) ** 2).mean(),
            "You averaged over images and pixels alike, as F.mse_loss does. Sum over "
            "the pixels, dim=1, and keep one value for each image.",
        ),
        Mistake(
            "mean over the batch",
            lambda x_hat, x: ((x_hat - x) ** 2).sum(dim=1).mean(),
            "The sum over pixels is right, but then you averaged over the batch. Keep "
            "one value for each image; only the training loop averages.",
        ),
        Mistake(
            "sum over everything",
            lambda x_hat, x: ((x_hat - x) ** 2).sum(),
            "You summed over images and pixels alike, which leaves one number for the "
            "batch. Sum over the pixels alone: sum(dim=1).",
        ),
        Mistake(
            "sum over the batch",
            lambda x_hat, x: ((x_hat - x) ** 2).sum(dim=0),
            "You summed over the images and kept the pixels: dim=0 counts images, "
            "dim=1 counts pixels.",
        ),
        Mistake(
            "missing square",
            lambda x_hat, x: (x_hat - x).sum(dim=1),
            "The square is missing. Without it, errors above and below cancel, and a "
            "bad reconstruction can score 0.",
        ),
        Mistake(
            "absolute value for square",
            lambda x_hat, x: (x_hat - x).abs().sum(dim=1),
            "You summed absolute values; the squared error squares each difference.",
        ),
        Mistake(
            "square root",
            lambda x_hat, x: (x_hat - x).norm(dim=1),
            "You took the square root at the end: that is the distance. The squared "
            "error is its square.",
        ),
        Mistake(
            "one image for all",
            lambda x_hat, x: ((x_hat - x[0]) ** 2).sum(dim=1),
            "Every reconstruction was compared with the same image. A (n, 784) tensor "
            "minus a (784,) one broadcasts without complaint; both must be (n, 784).",
        ),
    ),
)


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


def _with(encoder_end=lambda a: a, decoder_end=torch.sigmoid, bias=1):
    """Return a forward pass that differs from the right one in its ends or biases."""

    def forward_pass(x, W_e, b_e, W_d, b_d):
        z = encoder_end(x @ W_e.T + bias * b_e)
        return z, decoder_end(z @ W_d.T + bias * b_d)

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
    mistakes=(
        Mistake(
            "no sigmoid",
            _with(decoder_end=lambda a: a),
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
    ),
)


def _smallest_latent_dim(errors, limit):
    return min((size for size, error in errors.items() if error <= limit), default=None)


def _error_tables(generator):
    """Yield tables in any order, with a limit met exactly, by several, and by none."""
    for pick in (0, 2, 3, 4, None, 1):
        sizes = [2**k for k in torch.randperm(7, generator=generator).tolist()]
        noise = torch.rand(7, generator=generator).tolist()
        errors = {
            size: round(50 / size**0.5 + u, 2)
            for size, u in zip(sizes, noise, strict=True)
        }
        errors[64] = errors[32] + 1  # as a run that went badly: larger, yet worse
        ordered = sorted(errors.values())
        yield errors, (ordered[0] - 1 if pick is None else ordered[pick])


def _fitting(errors, limit):
    return [size for size, error in errors.items() if error <= limit]


def _from_the_top(errors, limit):
    answer = None
    for size in sorted(errors, reverse=True):
        if errors[size] > limit:
            break
        answer = size
    return answer


smallest_latent_dim = Exercise(
    name="smallest-latent-dim",
    reference=_smallest_latent_dim,
    inputs=_error_tables,
    mistakes=(
        Mistake(
            "largest size",
            lambda errors, limit: max(_fitting(errors, limit), default=None),
            "You returned the largest size that is good enough; return the smallest.",
        ),
        Mistake(
            "first listed",
            lambda errors, limit: next(iter(_fitting(errors, limit)), None),
            "You returned the first size that is good enough in the order of the "
            "table. The table need not be sorted: take the smallest.",
        ),
        Mistake(
            "lowest error",
            lambda errors, limit: (
                min(errors, key=errors.get) if _fitting(errors, limit) else None
            ),
            "You returned the size with the lowest error. A smaller code may already "
            "be good enough, and smaller is what is asked for.",
        ),
        Mistake(
            "closest to the limit",
            lambda errors, limit: max(
                _fitting(errors, limit), key=errors.get, default=None
            ),
            "You returned the size whose error comes closest to the limit. A smaller "
            "one may be good enough too, when a larger one happens to score worse.",
        ),
        Mistake(
            "stopped at the first bad size",
            _from_the_top,
            "You went down from the largest size and stopped at the first that is too "
            "bad. A smaller one may still be good enough: look at all.",
        ),
        Mistake(
            "too bad for good enough",
            lambda errors, limit: min(
                (size for size, error in errors.items() if error >= limit), default=None
            ),
            "You kept the sizes that are too bad: good enough is an error <= limit.",
        ),
        Mistake(
            "strictly under",
            lambda errors, limit: min(
                (size for size, error in errors.items() if error < limit), default=None
            ),
            "An error that equals the limit is good enough: compare with <=.",
        ),
        Mistake(
            "error for size",
            lambda errors, limit: errors.get(_smallest_latent_dim(errors, limit)),
            "You returned the error of the right size; return the size itself.",
        ),
        Mistake(
            "an answer where there is none",
            lambda errors, limit: min(_fitting(errors, limit), default=max(errors)),
            "Right, until no size is good enough: then return None, not the largest.",
        ),
    ),
)
