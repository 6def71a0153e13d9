"""The bottleneck: one digit through codes of different sizes, for lesson 01."""

from typing import Any

import torch
import traitlets

from course_lib import checkpoints
from course_lib.checkpoints.recipes import SIZES
from course_lib.data import to_float
from course_lib.explorers import base, given, networks


class Bottleneck(base.Explorer):
    """Choose or draw a digit, slide the size of the code, and see the reconstruction.

    models: a dict from latent_dim to an autoencoder, or a models.Codec in its place, by
    default the checkpoints "bottleneck-1" to "bottleneck-32". pca: a
    models.LinearAutoencoder set to PCA, whose first components are compared with each
    code; by default the checkpoint "pca-32" where models are left out, and none where
    they are given. images, labels: uint8 or floats (n, c, h, w) and int64 (n,), of
    which one of each label is offered. dtype: of the weights on their way to the
    browser, "float16" or "float32".

    latent_dim: the size that is shown. drawn: the picture drawn, c·h·w numbers.
    """

    script, heading = "bottleneck", "Bottleneck"
    latent_dim = traitlets.Int().tag(sync=True)
    drawn = traitlets.List().tag(sync=True)

    def __init__(
        self,
        models: dict | None = None,
        *,
        pca: Any = None,
        images: torch.Tensor | None = None,
        labels: torch.Tensor | None = None,
        dtype: str = "float16",
    ):
        images, labels = given.pictures_of(images, labels)
        shown = given.one_of_each(labels)
        self._images = images[shown]
        self._names = given.names_of(labels[shown], images.shape[1:])
        if models is None:
            models = {size: checkpoints.load(f"bottleneck-{size}") for size in SIZES}
            pca = checkpoints.load("pca-32") if pca is None else pca
        self._pca, self._dtype = pca, dtype
        super().__init__()
        self.refresh(models)

    def refresh(self, models):
        """Show new weights: a dict from latent_dim to model, as at the start."""
        if not isinstance(models, dict) or not models:
            raise ValueError(
                f"models: got {type(models).__name__}, wanted a dict from latent_dim "
                "to an autoencoder"
            )
        sizes, picture = sorted(models), tuple(self._images.shape[1:])
        every = {str(size): (models[size], f"models[{size}]") for size in sizes}
        if self._pca is not None:
            every["pca"] = self._pca, "pca"
        functions, found = {}, {}
        for name, (model, argument) in every.items():
            codec, problem = given.codec_of(model, picture, argument=argument)
            if problem:
                self._show({}, {}, problem)
                return
            found[name] = codec.latent_dim
            functions[f"encode {name}"] = networks.encoder(codec, dtype=self._dtype)
            functions[f"decode {name}"] = networks.decoder(codec, dtype=self._dtype)
        for size in sizes:
            if found[str(size)] != size:
                raise ValueError(
                    f"models: the one for {size} has latent_dim {found[str(size)]}"
                )
        values = {
            "sizes": sizes,
            "components": found.get("pca", 0),
            "picture": picture,
            "images": networks.array(self._images.flatten(1)),
            "names": self._names,
        }
        if self.latent_dim not in sizes:
            self.latent_dim = sizes[len(sizes) // 2]
        self.still = to_float(self._images)
        self._show(functions, values)
