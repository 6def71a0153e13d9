"""The exercise vae-loss of lesson 05: the negative ELBO of each image."""

import torch
import torch.nn.functional as F

from course_lib.checks.engine import Exercise, Mistake, after
from course_lib.checks.kl_slips import SLIPS
from course_lib.losses import kl_divergence, reconstruction_loss


def _vae_loss(x_hat, x, mu, logvar, beta):
    return reconstruction_loss(x_hat, x) + beta * kl_divergence(mu, logvar)


def _weighed(change):
    """Return the loss with another weight of the KL, made from the right one."""
    return lambda x_hat, x, mu, logvar, beta: _vae_loss(
        x_hat, x, mu, logvar, change(beta)
    )


def _batches(generator):
    for n, beta in ((3, 1.0), (5, 4.0), (2, 0.25)):
        x_hat, x = torch.rand(2, n, 12, generator=generator).clamp(0.01, 0.99)
        mu, logvar = torch.randn(2, n, 5, generator=generator)
        # Not below 0 in the last, where a logarithm of it would be NaN.
        yield x_hat, x, mu, logvar.abs() + 0.1 if n == 2 else logvar, beta


def _beta_on_recon(x_hat, x, mu, logvar, beta):
    return beta * reconstruction_loss(x_hat, x) + kl_divergence(mu, logvar)


def _with_kl(kl):
    """Return the loss with another divergence, (n,) or one number."""
    return lambda x_hat, x, mu, logvar, beta: (
        reconstruction_loss(x_hat, x) + beta * kl(mu, logvar)
    )


def _summed(kl):
    return lambda mu, logvar: kl(mu, logvar).sum(dim=1)


# Three of them are below, by names of their own.
NAMED = ("missing half", "half twice", "sign")

vae_loss = Exercise(
    name="vae-loss",
    reference=_vae_loss,
    inputs=_batches,
    gradient=("x_hat", "mu", "logvar"),
    terms={
        "recon": lambda x_hat, x: reconstruction_loss(x_hat, x),
        "kl": lambda mu, logvar, beta: beta * kl_divergence(mu, logvar),
    },
    mistakes=(
        Mistake(
            "beta applied twice",
            _weighed(lambda beta: beta * beta),
            "The KL is weighted by beta². Multiply it by beta once.",
        ),
        Mistake(
            "beta on the reconstruction",
            _beta_on_recon,
            "beta stands before the wrong term: it weighs the KL. On the "
            "reconstruction, a large beta would do the opposite.",
        ),
        Mistake(
            "beta on both",
            lambda x_hat, x, mu, logvar, beta: (
                beta * _vae_loss(x_hat, x, mu, logvar, 1.0)
            ),
            "beta multiplies the whole loss, which changes nothing but the step size. "
            "It weighs the KL alone.",
        ),
        Mistake(
            "no beta",
            _weighed(lambda beta: 1.0),
            "Right for beta = 1. For any other beta, multiply the KL by it.",
        ),
        Mistake(
            "minus the KL",
            _weighed(lambda beta: -beta),
            "You subtract the KL. In the ELBO it has a minus; the loss is the negative "
            "ELBO, where both terms are costs and are added.",
        ),
        Mistake(
            "the ELBO itself",
            after(_vae_loss, torch.neg),
            "That is the ELBO, which we want high. A loss is minimised: return its "
            "negative.",
        ),
        Mistake(
            "no KL",
            lambda x_hat, x, mu, logvar, beta: reconstruction_loss(x_hat, x),
            "That is the reconstruction alone. Without the KL the encoder may shrink "
            "sigma to nothing, and you have an autoencoder again.",
        ),
        Mistake(
            "no reconstruction",
            lambda x_hat, x, mu, logvar, beta: beta * kl_divergence(mu, logvar),
            "That is the KL alone. With nothing asking for a likeness, all codes would "
            "move onto the prior.",
        ),
        Mistake(
            "mean over pixels",
            lambda x_hat, x, mu, logvar, beta: (
                reconstruction_loss(x_hat, x) / x.shape[1]
                + beta * kl_divergence(mu, logvar)
            ),
            "You averaged the reconstruction over the pixels and summed the KL: on 784 "
            "pixels, a hidden beta of 784. Sum both.",
        ),
        Mistake(
            "mean over the latent dimensions",
            lambda x_hat, x, mu, logvar, beta: _vae_loss(
                x_hat, x, mu, logvar, beta / mu.shape[1]
            ),
            "The KL is averaged over the latent dimensions: a hidden beta of one over "
            "latent_dim. Sum it.",
        ),
        Mistake(
            "half the KL",
            _weighed(lambda beta: beta / 2),
            "The KL came out at half its size. Its ½ is in the formula once.",
        ),
        Mistake(
            "twice the KL",
            _weighed(lambda beta: 2 * beta),
            "The KL came out at twice its size: its ½ is missing.",
        ),
        Mistake(
            "mean over the batch",
            after(_vae_loss, torch.mean),
            "The sum is right. Keep one value for each image, and let the training "
            "loop average.",
        ),
        Mistake(
            "sum over the batch",
            after(_vae_loss, torch.sum),
            "You summed over the images as well. Keep one value for each, and let the "
            "training loop average.",
        ),
        Mistake(
            "means everywhere",
            lambda x_hat, x, mu, logvar, beta: (
                reconstruction_loss(x_hat, x).mean() / x.shape[1]
                + beta * kl_divergence(mu, logvar).mean() / mu.shape[1]
            ),
            "Both terms are averages over everything, which weighs the KL anew by "
            "pixels over latent dimensions. Sum over dim=1, in both.",
        ),
        Mistake(
            "squared error for cross-entropy",
            lambda x_hat, x, mu, logvar, beta: (
                reconstruction_loss(x_hat, x, "mse") + beta * kl_divergence(mu, logvar)
            ),
            "Here the reconstruction term is the cross-entropy, in nats like the KL. "
            "What happens with squared error comes later in the lesson.",
        ),
        Mistake(
            "the default mean",
            lambda x_hat, x, mu, logvar, beta: (
                F.binary_cross_entropy(x_hat, x) + beta * kl_divergence(mu, logvar)
            ),
            "The reconstruction is one mean over all images and pixels, as "
            'F.binary_cross_entropy takes it by default. Ask for reduction="none" and '
            "sum over dim=1.",
        ),
        Mistake(
            "the reconstruction of the whole batch",
            lambda x_hat, x, mu, logvar, beta: (
                reconstruction_loss(x_hat, x).sum() + beta * kl_divergence(mu, logvar)
            ),
            "Every image pays for the reconstruction of the whole batch: that sum runs "
            "over the images too. Sum over dim=1 alone.",
        ),
        Mistake(
            "x and x_hat swapped",
            lambda x_hat, x, mu, logvar, beta: _vae_loss(x, x_hat, mu, logvar, beta),
            "x and x_hat have changed places in the cross-entropy. The logarithm is "
            "taken of the copy: x · log x_hat + (1 − x) · log(1 − x_hat).",
        ),
        Mistake(
            "sign of the reconstruction",
            lambda x_hat, x, mu, logvar, beta: (
                beta * kl_divergence(mu, logvar) - reconstruction_loss(x_hat, x)
            ),
            "The reconstruction has the wrong sign: log p(x | z) is high for a good "
            "copy. A cost is its negative.",
        ),
        Mistake(
            "white pixels alone",
            lambda x_hat, x, mu, logvar, beta: (
                beta * kl_divergence(mu, logvar) - (x * x_hat.log()).sum(dim=1)
            ),
            "Only x · log x_hat is there, which scores the white of the picture. For "
            "the black add (1 − x) · log(1 − x_hat).",
        ),
        Mistake(
            "means over each image",
            lambda x_hat, x, mu, logvar, beta: (
                reconstruction_loss(x_hat, x) / x.shape[1]
                + beta * kl_divergence(mu, logvar) / mu.shape[1]
            ),
            "Both terms are means over dim=1. They divide by different numbers, pixels "
            "and latent dimensions, which weighs the KL anew. Sum in both.",
        ),
        Mistake(
            "three for one",
            lambda x_hat, x, mu, logvar, beta: (
                _vae_loss(x_hat, x, mu, logvar, beta),
                reconstruction_loss(x_hat, x),
                kl_divergence(mu, logvar),
            ),
            "The total, recon and kl came, as the library returns them. Here return "
            "the total alone, (n,).",
        ),
        Mistake(
            "every image with every other",
            lambda x_hat, x, mu, logvar, beta: (
                reconstruction_loss(x_hat, x)[:, None]
                + beta * kl_divergence(mu, logvar)
            ),
            "(n, n) came: a column plus a row adds every image's reconstruction to "
            "every other's KL. Leave out keepdim, so that both are (n,).",
        ),
        Mistake(
            "the KL of the whole batch",
            _with_kl(lambda mu, logvar: kl_divergence(mu, logvar).sum()),
            "recon is right, but every image pays for the KL of the whole batch: that "
            "sum runs over the images too, as .sum() without a dim does. Sum over "
            "dim=1 alone.",
        ),
        Mistake(
            "the KL's mean over the batch",
            _with_kl(lambda mu, logvar: kl_divergence(mu, logvar).mean()),
            "recon is right, but every image pays the batch's average KL. Keep one KL "
            "for each image: sum over dim=1, and no mean.",
        ),
        Mistake(
            "one mean for the KL",
            _with_kl(lambda mu, logvar: kl_divergence(mu, logvar).mean() / mu.shape[1]),
            "recon is right, but the KL is one mean over all images and dimensions, as "
            "torch.mean takes it: a hidden beta of one over latent_dim, and the same "
            "for all. Sum over dim=1.",
        ),
        Mistake(
            "everything divided by the pixels",
            lambda x_hat, x, mu, logvar, beta: (
                _vae_loss(x_hat, x, mu, logvar, beta) / x.shape[1]
            ),
            "Both terms are divided by the number of pixels. They keep their balance, "
            "but are nats a pixel; here it is nats an image, without the division.",
        ),
        Mistake(
            "everything divided by the batch",
            lambda x_hat, x, mu, logvar, beta: (
                _vae_loss(x_hat, x, mu, logvar, beta) / len(x)
            ),
            "Each value is divided by n, the number of images. An image's loss must "
            "not depend on how many others are in the batch.",
        ),
        Mistake(
            "logits for probabilities",
            lambda x_hat, x, mu, logvar, beta: (
                F.binary_cross_entropy_with_logits(x_hat, x, reduction="none").sum(1)
                + beta * kl_divergence(mu, logvar)
            ),
            "x_hat went through a sigmoid once more, as binary_cross_entropy_with_"
            "logits does. It is a probability already: F.binary_cross_entropy.",
        ),
        Mistake(
            "black pixels alone",
            lambda x_hat, x, mu, logvar, beta: (
                beta * kl_divergence(mu, logvar)
                - ((1 - x) * (1 - x_hat).log()).sum(dim=1)
            ),
            "Only (1 − x) · log(1 − x_hat) is there, which scores the black of the "
            "picture. For the white add x · log x_hat.",
        ),
        *(
            Mistake(
                f"in the KL: {slip.name}",
                _with_kl(_summed(slip.function)),
                f"recon is right, and the KL is not. {slip.message}",
            )
            for slip in SLIPS
            if slip.name not in NAMED
        ),
        Mistake(
            "a column",
            after(_vae_loss, lambda loss: loss[:, None]),
            "The values are right, in a column, (n, 1). Leave out keepdim: (n,).",
        ),
    ),
)
