"""What beta buys: VAEs along the rate-distortion curve, for lesson 07."""

from numbers import Real

import torch
import traitlets

from course_lib import checkpoints, losses
from course_lib.checkpoints.recipes import BETAS
from course_lib.data import to_float
from course_lib.explorers import base, given, networks

SAMPLES = 16


class BetaSlider(base.Explorer):
    """Slide beta over trained VAEs: posteriors, KL of each dimension, rate, distortion.

    models: VAEs by their beta, a dict (a models.Codec does as well), by default the
    checkpoints "beta-0.05" to "beta-40". images, labels: what to measure them on, uint8
    or floats (n, c, h, w) and int64 (n,), by default 1,000 of MNIST's test images.
    Rate is the mean of
    losses.kl_divergence over them, distortion that of losses.reconstruction_loss
    ("bce", at one draw of z for each image, from the same eps for all models), both in
    nats an image.

    beta: the one on screen; it can be set as well, to any that is there.

    Raises ValueError on models that are no VAEs and on a beta that is not there.
    Source: Higgins et al. (2017), ICLR; Alemi et al. (2018), arXiv:1711.00464.
    """

    script, heading = "beta_slider", "Beta slider"
    beta = traitlets.Float().tag(sync=True)

    def __init__(
        self,
        models: dict | None = None,
        *,
        images: torch.Tensor | None = None,
        labels: torch.Tensor | None = None,
    ):
        if models is None:
            models = {beta: checkpoints.load(f"beta-{beta}") for beta in BETAS}
        if not isinstance(models, dict) or not models:
            came = "none" if models == {} else type(models).__name__
            raise ValueError(f"models: got {came}, wanted a dict, beta -> VAE")
        super().__init__()
        self._images, self._labels = given.pictures_of(images, labels)
        self._kind = "MNIST test images" if images is None else "images"
        named = images is None or labels is not None
        first = torch.arange(min(10, len(self._images)))
        self._chosen = given.one_of_each(self._labels) if named else first
        self._names = [f"image {i}" for i in first.tolist()]
        if named:
            shown = self._labels[self._chosen]
            self._names = given.names_of(shown, self._images.shape[1:])
        self._marks = {}  # by beta and whether it was added, in the slider's order
        problems = [self._measure(beta, vae, False) for beta, vae in models.items()]
        betas = [beta for beta, _ in self._marks]
        if betas:
            self.beta = 1.0 if 1.0 in betas else betas[len(betas) // 2]
        self._publish(next(filter(None, problems), ""))

    def add(self, beta, model):
        """Show one more VAE, trained with this beta; its dot on the curve is a square.

        It replaces one that was added with the same beta before, so that a call after
        each epoch shows training on its way to the curve.
        """
        known = set(self._marks)
        self._publish(self._measure(beta, model, True))
        if set(self._marks) > known:
            self.beta = float(beta)

    @traitlets.validate("beta")
    def _is_there(self, proposal):
        betas = sorted({beta for beta, _ in self._marks})
        if proposal["value"] not in betas:
            raise ValueError(f"beta: got {proposal['value']}, wanted one of {betas}")
        return proposal["value"]

    @torch.no_grad()
    def _measure(self, beta, model, own):
        """Keep what is shown of a model, or return what is wrong with it, in words."""
        name = "model" if own else f"models[{beta!r}]"
        if isinstance(beta, bool) or not isinstance(beta, Real) or not 0 <= beta < 1e9:
            raise ValueError(f"beta: got {beta!r}, wanted a number from 0 up")
        x, chosen = to_float(self._images), self._chosen
        codec, problem = given.codec_of(model, tuple(x.shape[1:]), argument=name)
        if problem:
            return problem
        mu, logvar = codec.posterior(x)
        if mu.shape[1] < 2:
            return (
                "This model's code has one number; the plane of posteriors needs two."
            )
        decode = codec.decode
        generator = torch.Generator().manual_seed(0)
        samples = decode(torch.randn(SAMPLES, mu.shape[1], generator=generator))
        sigma = (logvar / 2).exp()
        z = mu + sigma * torch.randn(mu.shape, generator=generator)
        pairs = zip(z.split(1000), x.split(1000), strict=True)
        recon = torch.cat([losses.reconstruction_loss(decode(c), p) for c, p in pairs])
        kl = losses.kl_per_dimension(mu, logvar)
        if not (recon.isfinite().all() and kl.isfinite().all()):
            return f"The loss of the model with beta {beta} is not a finite number."
        sizes, order = kl.mean(dim=0).sort(descending=True)
        words = {
            "beta": float(beta),
            "own": own,
            "rate": kl.sum(dim=1).mean().item(),
            "distortion": recon.mean().item(),
            "dimensions": sizes.tolist(),
            "recon": recon[chosen].tolist(),
            "kl": kl.sum(dim=1)[chosen].tolist(),
        }
        plane = torch.cat([mu[:, order[:2]], sigma[:, order[:2]]], dim=1)[chosen]
        self._marks[float(beta), own] = words, samples, decode(z[chosen]), plane
        self._marks = dict(sorted(self._marks.items()))
        return ""

    def _publish(self, problem):
        if problem or not self._marks:
            self._show({}, {}, problem)
            return
        words, samples, copies, planes = zip(*self._marks.values(), strict=True)
        images = self._images[self._chosen].flatten(1)
        self.still = torch.stack([copy[0] for copy in copies])
        values = {
            "marks": list(words),
            "samples": _pictures(samples),
            "copies": _pictures(copies),
            "posteriors": networks.array(torch.cat(planes)),
            "picture": tuple(self._images.shape[1:]),
            "thumbnails": networks.array(images),
            "names": self._names,
            "measured": f"{len(self._images):,} {self._kind}",
        }
        self._show({}, values)


def _pictures(parts):
    levels = (torch.cat(parts).flatten(1) * 255).round().clamp(0, 255)
    return networks.array(levels, "uint8")
