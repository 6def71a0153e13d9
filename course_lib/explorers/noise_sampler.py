"""Draws z = mu + sigma·eps and what they say of a gradient, for lesson 06."""

import base64
import html
import io
from numbers import Real

import torch
import traitlets
from matplotlib.figure import Figure

from course_lib.explorers import base

LIMITS = {"mu": (-3, 3), "sigma": (0.1, 2)}


class NoiseSampler(base.Explorer):
    """Slide mu and sigma under draws of z = mu + sigma·eps, eps kept or drawn anew.

    The cost is f(z) = z², so that d/dmu E[f(z)] is 2·mu exactly. Beside the draws stand
    the two estimates that each of them gives: pathwise, 2z, with variance 4·sigma², and
    score function, z²·(z − mu)/sigma², with variance mu⁴/sigma² + 14·mu² + 15·sigma².

    mu: from -3 to 3. sigma: from 0.1 to 2. frozen: whether eps is kept as they move.
    All three can be read and set while the student plays.

    Raises ValueError on a number outside these limits.
    Source: Kingma & Welling (2014), section 2.4; Williams (1992), Machine Learning 8.
    """

    script, heading = "noise_sampler", "Noise sampler"
    mu = traitlets.Float(1.0).tag(sync=True)
    sigma = traitlets.Float(1.0).tag(sync=True)
    frozen = traitlets.Bool(False).tag(sync=True)

    def __init__(self, *, mu: float = 1.0, sigma: float = 1.0, frozen: bool = False):
        mu, sigma = _checked("mu", mu), _checked("sigma", sigma)
        super().__init__(mu=mu, sigma=sigma, frozen=bool(frozen))

    @traitlets.validate("mu", "sigma")
    def _within_limits(self, proposal):
        return _checked(proposal["trait"].name, proposal["value"])

    def _picture(self):
        """Return a still picture and a sentence, for where nothing can run."""
        eps = torch.randn(40, generator=torch.Generator().manual_seed(0))
        figure = Figure(figsize=(5, 1.6), layout="constrained")
        axes = figure.subplots()
        z = self.mu + self.sigma * eps
        axes.scatter(z, torch.arange(40), s=14, color="0.35")
        axes.axvline(self.mu, color="#0068a3")
        axes.set(xlim=(-8, 8), yticks=[], xlabel="z = mu + sigma·eps")
        png = io.BytesIO()
        figure.savefig(png, format="png", dpi=100)
        source = base64.b64encode(png.getvalue()).decode()
        alt = f"40 draws of z around mu = {self.mu:g}, sigma = {self.sigma:g}"
        words = f"{self.title}: open this lesson in JupyterLab to move it."
        return (
            f'<p><img alt="{html.escape(alt)}" style="max-width:100%;height:auto" '
            f'src="data:image/png;base64,{source}"></p><p>{html.escape(words)}</p>'
        )


def _checked(name, value):
    low, high = LIMITS[name]
    number = isinstance(value, Real) and not isinstance(value, bool)
    if not number or not low <= value <= high:
        raise ValueError(f"{name}: got {value!r}, wanted a number from {low} to {high}")
    return float(value)
