"""The map of a data set in two dimensions, for lesson 02."""

from collections.abc import Callable
from typing import Any

import torch
import traitlets

from course_lib.data import to_float
from course_lib.explorers import base, given, networks


class LatentMap(base.ModelExplorer):
    """Move over the 2-d codes of images: the nearest one, and what is decoded there.

    model: an autoencoder with latent_dim 2, linear or not, by default the checkpoint
    "ae-2d"; of a VAE the means are shown. encode, decode: two functions in its place,
    as models.Codec takes them. images, labels: whose codes to show, uint8 or floats
    (n, c, h, w) and int64 (n,), by default 1,000 of MNIST's test images. dtype: of the
    weights on their way to the browser, "float16" or "float32".

    z: the point, two numbers; picked: the index of the nearest image.

    Raises ValueError on what is no model, on images or labels that do not fit.
    """

    script, heading = "latent_map", "Map of the codes"
    checkpoint, plane = "ae-2d", 2
    z = traitlets.List([0.0, 0.0]).tag(sync=True)
    picked = traitlets.Int(-1).tag(sync=True)

    def __init__(
        self,
        model: Any = None,
        *,
        encode: Callable | None = None,
        decode: Callable | None = None,
        images: torch.Tensor | None = None,
        labels: torch.Tensor | None = None,
        dtype: str = "float16",
    ):
        super().__init__()
        self._images, self._labels = given.pictures_of(images, labels)
        self._open(model, encode, decode, dtype)

    def _read(self, codec):
        codes = codec.code(to_float(self._images))
        self.still = codec.decode(codes[given.one_of_each(self._labels)])
        values = {
            "codes": networks.array(codes),
            "labels": networks.array(self._labels.to(torch.uint8)),
            "images": networks.array(self._images.flatten(1)),
            "picture": codec.picture,
            "box": given.box_around(codes),
        }
        return {"decode": networks.decoder(codec, dtype=self._dtype)}, values
