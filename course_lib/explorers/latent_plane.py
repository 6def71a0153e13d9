"""The latent plane of a model with a code of two numbers, for lessons 00 and 05."""

from collections.abc import Callable
from typing import Any

import torch
import traitlets

from course_lib.data import to_float
from course_lib.explorers import base, given, networks


class LatentPlane(base.ModelExplorer):
    """Drag over a model's latent plane and see what its decoder draws there.

    model: an autoencoder or VAE with latent_dim 2, by default the checkpoint "vae-2d".
    encode, decode: two functions in its place, as models.Codec takes them. images,
    labels: whose codes to show, uint8 or floats (n, c, h, w) and int64 (n,), by default
    1,000 of MNIST's test images. compare: a second model; two images are then chosen,
    and one slides between them through both models' codes. dtype: of the weights on
    their way to the browser, "float16" or "float32".

    z: the point, two numbers; it can be set as well. drawn: the picture that was drawn,
    c·h·w numbers in [0, 1]: 784 of a digit.

    Raises ValueError on what is no model, on images or labels that do not fit.
    """

    script, heading = "latent_plane", "Latent plane"
    checkpoint, plane = "vae-2d", 2
    z = traitlets.List([0.0, 0.0]).tag(sync=True)
    drawn = traitlets.List().tag(sync=True)

    def __init__(
        self,
        model: Any = None,
        *,
        encode: Callable | None = None,
        decode: Callable | None = None,
        images: torch.Tensor | None = None,
        labels: torch.Tensor | None = None,
        compare: Any = None,
        dtype: str = "float16",
    ):
        super().__init__()
        self._images, self._labels = given.pictures_of(images, labels)
        self._compare = compare
        self._open(model, encode, decode, dtype)

    def _read(self, codec):
        codes = codec.code(to_float(self._images))
        reach = max(3.2, 1.1 * codes.abs().quantile(0.99).item())
        prior = [-reach, reach, -reach, reach]
        shown = given.one_of_each(self._labels)
        functions = {
            "encode": networks.encoder(codec, dtype=self._dtype),
            "decode": networks.decoder(codec, dtype=self._dtype),
        }
        values = {
            "codes": networks.array(codes),
            "labels": networks.array(self._labels.to(torch.uint8)),
            "box": prior if codec.is_gaussian else given.box_around(codes),
            "prior": codec.is_gaussian,
            "picture": codec.picture,
            "thumbnails": networks.array(self._images[shown].flatten(1)),
            "names": given.names_of(self._labels[shown], codec.picture),
            "model": codec.name,
        }
        problem = ""
        if self._compare is not None:
            other, problem = given.codec_of(
                self._compare, codec.picture, latent_dim=2, argument="compare"
            )
            if not problem:
                for name, network in (
                    ("compare_encode", networks.encoder(other, dtype=self._dtype)),
                    ("compare_decode", networks.decoder(other, dtype=self._dtype)),
                ):
                    functions[name] = network
                values["compare"] = other.name
        corners = torch.linspace(-1, 1, 10)[:, None] * torch.tensor([[1.5, -1.0]])
        self.still = codec.decode(corners)
        return functions, values, problem
