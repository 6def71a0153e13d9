"""The map of a data set in two dimensions, for lesson 02."""

import torch
import traitlets

from course_lib import checkpoints
from course_lib.data import to_float
from course_lib.explorers import base, networks


class LatentMap(base.Explorer):
    """Move over the 2-d codes of images: the nearest one, and what is decoded there.

    model: an autoencoder with latent_dim 2, linear or not, by default the checkpoint
    "ae-2d"; of a VAE the means are shown. images, labels: whose codes to show, uint8 or
    floats (n, 1, 28, 28) and int64 (n,), by default 1,000 of MNIST's test images.
    dtype: of the weights on their way to the browser, "float16" or "float32".

    z: the point, two numbers; picked: the index of the nearest image.
    """

    script, heading = "latent_map", "Map of the codes"
    z = traitlets.List([0.0, 0.0]).tag(sync=True)
    picked = traitlets.Int(-1).tag(sync=True)

    def __init__(self, model=None, *, images=None, labels=None, dtype="float16"):
        super().__init__()
        self._images, self._labels = base.pictures_of(images, labels)
        self._dtype = dtype
        self.refresh(checkpoints.load("ae-2d") if model is None else model)

    def refresh(self, model):
        """Show new weights: of this model, or of another one of its kind."""
        if problem := base.problem_with(model, latent_dim=2):
            self._show({}, {}, problem)
            return
        codes = networks.codes(model, to_float(self._images))
        decode = networks.decoder(model, dtype=self._dtype)
        self.still = decode.run(codes[base.one_of_each(self._labels)]).detach()
        values = {
            "codes": networks.array(codes),
            "labels": networks.array(self._labels.to(torch.uint8)),
            "images": networks.array(self._images.flatten(1)),
            "box": base.box_around(codes),
        }
        self._show({"decode": decode}, values)
