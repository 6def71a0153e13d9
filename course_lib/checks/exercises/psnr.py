"""The exercise psnr of lesson 03: the error in decibels."""

import torch

from course_lib.checks.engine import Exercise, Mistake


def _psnr(x_hat, x):
    return 10 * torch.log10(1 / ((x_hat - x) ** 2).mean(dim=1))


def _mse(x_hat, x):
    return ((x_hat - x) ** 2).mean(dim=1)


def _pairs_of_images(generator):
    for n, spread in ((2, 0.3), (3, 0.1), (5, 0.05)):
        x = torch.rand(n, 784, generator=generator)
        x = x * (0.5 + 0.3 * torch.rand(n, 1, generator=generator))  # no white in it
        scale = spread * (1 + torch.rand(n, 1, generator=generator))
        yield x + scale * torch.randn(n, 784, generator=generator), x


psnr = Exercise(
    name="psnr",
    reference=_psnr,
    inputs=_pairs_of_images,
    mistakes=(
        Mistake(
            "no logarithm",
            lambda x_hat, x: 1 / ((x_hat - x) ** 2).mean(dim=1),
            "That is the ratio itself. In decibels it is 10 times its log10.",
        ),
        Mistake(
            "the wrong peak",
            lambda x_hat, x: 10 * torch.log10(255**2 / ((x_hat - x) ** 2).mean(dim=1)),
            "You took 255 for the peak, which adds 48 dB out of nothing. These pixels "
            "lie in [0, 1]: the peak is 1.",
        ),
        Mistake(
            "a peak of 2",
            lambda x_hat, x: 10 * torch.log10(4 / ((x_hat - x) ** 2).mean(dim=1)),
            "You took 2 for the peak, as for pixels from -1 to 1. These lie in [0, 1]: "
            "the peak is 1.",
        ),
        Mistake(
            "clamped",
            lambda x_hat, x: _psnr(x_hat.clamp(0, 1), x),
            "You clamped x_hat to [0, 1], which hides a part of its error. Take x_hat "
            "as it is.",
        ),
        Mistake(
            "logarithm to base 2",
            lambda x_hat, x: 10 * torch.log2(1 / ((x_hat - x) ** 2).mean(dim=1)),
            "That is the logarithm to base 2. Decibels count in powers of ten: log10.",
        ),
        Mistake(
            "natural logarithm",
            lambda x_hat, x: 10 * torch.log(1 / ((x_hat - x) ** 2).mean(dim=1)),
            "That is the natural logarithm. Decibels count in powers of ten: log10.",
        ),
        Mistake(
            "sign",
            lambda x_hat, x: 10 * torch.log10(((x_hat - x) ** 2).mean(dim=1)),
            "The sign is flipped: better pictures have to score higher. The peak goes "
            "above the error, not below.",
        ),
        Mistake(
            "20 for 10",
            lambda x_hat, x: 20 * torch.log10(1 / ((x_hat - x) ** 2).mean(dim=1)),
            "The factor is 10 for a mean of squares. 20 belongs to a ratio of "
            "amplitudes, such as the root of it.",
        ),
        Mistake(
            "sum for mean",
            lambda x_hat, x: 10 * torch.log10(1 / ((x_hat - x) ** 2).sum(dim=1)),
            "You summed over the pixels. PSNR takes the mean, so that pictures of any "
            "size can be compared.",
        ),
        Mistake(
            "mean of the batch",
            lambda x_hat, x: 10 * torch.log10(1 / ((x_hat - x) ** 2).mean()),
            "You averaged over the batch as well. Keep one value for each image: the "
            "mean over dim=1.",
        ),
        Mistake(
            "absolute value for square",
            lambda x_hat, x: 10 * torch.log10(1 / (x_hat - x).abs().mean(dim=1)),
            "You took the mean absolute error. PSNR is about the mean square.",
        ),
        Mistake(
            "10 for 20",
            lambda x_hat, x: 10 * torch.log10(1 / (x_hat - x).square().mean(1).sqrt()),
            "You took the root of the mean square. With the root the factor is 20; "
            "without it, 10.",
        ),
        Mistake(
            "no 10",
            lambda x_hat, x: torch.log10(1 / ((x_hat - x) ** 2).mean(dim=1)),
            "A tenth is missing in the name: log10 alone counts in bels, and a bel is "
            "10 decibels. Multiply by 10.",
        ),
        Mistake(
            "the error itself",
            lambda x_hat, x: ((x_hat - x) ** 2).mean(dim=1),
            "That is the mean squared error, where less is better. Now turn it into "
            "decibels: 10 log10 of 1 over it.",
        ),
        Mistake(
            "mean of the decibels",
            lambda x_hat, x: _psnr(x_hat, x).mean(),
            "Each image's PSNR is right. Return them all, without the last mean.",
        ),
        Mistake(
            "mean over the images",
            lambda x_hat, x: 10 * torch.log10(1 / ((x_hat - x) ** 2).mean(dim=0)),
            "You took the mean over the images, so there is a value for each pixel. "
            "The pixels are dim=1.",
        ),
        Mistake(
            "the picture's own peak",
            lambda x_hat, x: 10 * torch.log10(x.amax(1) ** 2 / _mse(x_hat, x)),
            "You took the brightest pixel of each picture for the peak. The peak is "
            "the largest value that a pixel *can* have, 1 here.",
        ),
        Mistake(
            "the copy's own peak",
            lambda x_hat, x: 10 * torch.log10(x_hat.amax(1) ** 2 / _mse(x_hat, x)),
            "You took the brightest pixel of each copy for the peak. The peak is the "
            "largest value that a pixel *can* have, 1 here.",
        ),
        Mistake(
            "the batch's range for the peak",
            lambda x_hat, x: (
                10 * torch.log10((x_hat.max() - x_hat.min()) ** 2 / _mse(x_hat, x))
            ),
            "You took the range of the values that came for the peak. The peak is the "
            "largest value that a pixel *can* have, 1 here.",
        ),
        Mistake(
            "the root of the error",
            lambda x_hat, x: _mse(x_hat, x).sqrt(),
            "That is the root of the mean squared error, where less is better. "
            "Decibels are 10 log10 of 1 over the mean squared error itself.",
        ),
        Mistake(
            "the batch's own peak",
            lambda x_hat, x: 10 * torch.log10(x.max() ** 2 / _mse(x_hat, x)),
            "You took the brightest pixel of the batch for the peak. The peak is the "
            "largest value that a pixel *can* have, 1 here.",
        ),
        Mistake(
            "signal for peak",
            lambda x_hat, x: 10 * torch.log10((x**2).mean(dim=1) / _mse(x_hat, x)),
            "You compared the error with the picture's own mean square: that is the "
            "signal-to-noise ratio without the *peak*, which is 1.",
        ),
        Mistake(
            "square of the mean",
            lambda x_hat, x: 10 * torch.log10(1 / (x_hat - x).mean(dim=1) ** 2),
            "You took the mean first and squared it then, so that errors of opposite "
            "signs cancel. Square each pixel's error first.",
        ),
        Mistake(
            "255 without its square",
            lambda x_hat, x: 10 * torch.log10(255 / _mse(x_hat, x)),
            "There is a 255 in it. These pixels lie in [0, 1]: the peak is 1.",
        ),
    ),
)
