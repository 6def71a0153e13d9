"""A threshold on the reconstruction error, which raises an alarm, for lesson 04."""

import math
from collections.abc import Callable
from typing import Any

import torch
import traitlets

from course_lib import checkpoints, metrics
from course_lib.data import to_float
from course_lib.explorers import base, given, networks

SCORES = ("residual", "residual per ink")
BARS = 40
MOST_PICTURES = 1000  # on their way to the browser; every score goes there


class Threshold(base.ModelExplorer):
    """Slide a threshold over the scores of normal and anomalous pictures.

    A picture's score is its squared error ||x - x_hat||²; above the threshold it
    raises an alarm. model: an autoencoder or VAE (its code is then mu), by default the
    checkpoint "anomaly-4", trained on fours alone. encode, decode: two functions in its
    place, as models.Codec takes them. normal, anomalous: pictures to judge, uint8 or
    floats (n, c, h, w), both or neither: by default the 100 fours and the 900 other
    digits of checkpoints.examples(). Every score counts; of more than 1,000 pictures,
    1,000 spread evenly over the scores can be looked at. score: "residual", or
    "residual per ink", the squared error divided by ||x||². dtype: of the weights on
    their way to the browser, "float16" or "float32".

    threshold: where it stands, at first the 95 % quantile of the normal scores; it can
    be set as well. drawn_score: the score of the student's drawing, or None. auroc: the
    area under the ROC curve of the scores shown, a number.
    """

    script, heading = "threshold", "A threshold on the error"
    checkpoint = "anomaly-4"
    threshold = traitlets.Float().tag(sync=True)
    drawn_score = traitlets.Float(None, allow_none=True).tag(sync=True)
    auroc = None

    def __init__(
        self,
        model: Any = None,
        *,
        encode: Callable | None = None,
        decode: Callable | None = None,
        normal: torch.Tensor | None = None,
        anomalous: torch.Tensor | None = None,
        score: str = "residual",
        dtype: str = "float16",
    ):
        if score not in SCORES:
            raise ValueError(f"score: got {score!r}, wanted {' or '.join(SCORES)}")
        if (normal is None) != (anomalous is None):
            raise ValueError("normal, anomalous: got only one, wanted both or neither")
        super().__init__()
        if normal is None:
            examples = checkpoints.examples()
            is_four = examples.labels == 4
            normal, anomalous = examples.images[is_four], examples.images[~is_four]
        self._normal = given.pictures_of(normal, name="normal")[0]
        self._anomalous = given.pictures_of(anomalous, name="anomalous")[0]
        self._images = torch.cat([self._normal, self._anomalous])
        self._per_ink = score == SCORES[1]
        self._open(model, encode, decode, dtype)

    def _read(self, codec):
        scores = self._scores(codec)
        normal, anomalous = scores.split([len(self._normal), len(self._anomalous)])
        if scores.isnan().any() or not (finite := scores[scores.isfinite()]).numel():
            return {}, {}, "This model's scores are not finite numbers."
        if self.auroc is None:
            self.threshold = normal.quantile(0.95).nan_to_num().item()
        self.auroc = metrics.auroc(normal, anomalous)
        order = scores.argsort()
        kept = torch.linspace(0, len(order) - 1, min(len(order), MOST_PICTURES))
        order = order[kept.round().long()]
        images = self._images[order]
        first = torch.searchsorted(scores[order], self.threshold).item()
        self.still = to_float(images[max(0, first - 5) : first + 5])
        # The top 1 % is far away: it stands in the last bar.
        end = finite.quantile(0.99).item() or 1.0
        digits = max(0, 2 - math.floor(math.log10(end)))
        end = math.ceil(end * 10**digits) / 10**digits
        sides = [normal.sort().values, anomalous.sort().values]
        bars = [s.clamp(max=end).histc(BARS, 0, end) / len(s) for s in sides]
        values = {
            "normal": networks.array(sides[0]),
            "anomalous": networks.array(sides[1]),
            "bars": networks.array(torch.stack(bars)),
            "roc": networks.array(metrics.roc_curve(*sides)),
            "auroc": self.auroc,
            "picture": codec.picture,
            "images": networks.array(images.flatten(1)),
            "scores": networks.array(scores[order]),
            "is_normal": networks.array((order < len(normal)).to(torch.uint8)),
            "end": end,
            "digits": digits,
            "per_ink": self._per_ink,
            "latent_dim": codec.latent_dim,
        }
        functions = {
            "encode": networks.encoder(codec, dtype=self._dtype),
            "decode": networks.decoder(codec, dtype=self._dtype),
        }
        return functions, values

    def _scores(self, codec):
        """Return each image's score, (n,); per ink, an all-black one's is infinite."""
        parts = []
        for x in map(to_float, self._images.split(1000)):
            x_hat = codec.decode(codec.code(x))
            parts.append(metrics.anomaly_score(x_hat, x, per_ink=self._per_ink))
        return torch.cat(parts)
