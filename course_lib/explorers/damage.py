"""Damage a picture, by noise or by hand, and see it denoised, for lesson 03."""

from collections.abc import Callable
from typing import Any

import torch
import traitlets

from course_lib import noise
from course_lib.data import to_float
from course_lib.explorers import base, given, networks

# By the names of noise's functions: words, the slider's label, its end, its start.
KINDS = {
    "gaussian": ("Gaussian", "sigma", 1.0, 0.5),
    "salt_and_pepper": ("salt-and-pepper", "share of pixels hit", 0.6, 0.3),
    "masking": ("masking", "share of pixels masked", 0.9, 0.5),
}


class Damage(base.ModelExplorer):
    """Add noise to a digit, scratch it with the pointer, and see what a model repairs.

    model: an autoencoder or VAE (its code is then mu), by default the checkpoint
    "denoiser". encode, decode: two functions in its place, as models.Codec takes them.
    images, labels: what to choose from, uint8 or floats (n, c, h, w) and int64 (n,),
    by default MNIST's test images: the first of each label, or without labels the first
    ten. kind: "gaussian", "salt_and_pepper" or "masking", as in
    course_lib.noise. level: sigma in [0, 1], or the share of pixels, in [0, 0.6] and
    [0, 0.9]. dtype: of the weights on their way, "float16" or "float32".

    kind, level: what is chosen; they can be set as well. psnr_damaged, psnr_denoised:
    10 log10(1 / mean squared error) in dB against the clean picture, with a peak of 1;
    None before anything is shown, and where the two are equal (it is infinite then).
    """

    script, heading = "damage", "Damage and repair"
    checkpoint = "denoiser"
    kind = traitlets.Enum(list(KINDS), "gaussian").tag(sync=True)
    level = traitlets.Float(0.5).tag(sync=True)
    psnr_damaged = traitlets.Float(None, allow_none=True).tag(sync=True)
    psnr_denoised = traitlets.Float(None, allow_none=True).tag(sync=True)

    def __init__(
        self,
        model: Any = None,
        *,
        encode: Callable | None = None,
        decode: Callable | None = None,
        images: torch.Tensor | None = None,
        labels: torch.Tensor | None = None,
        kind: str = "gaussian",
        level: float | None = None,
        dtype: str = "float16",
    ):
        if kind not in list(KINDS):
            raise ValueError(f"kind: got {kind!r}, wanted one of {', '.join(KINDS)}")
        *_, most, start = KINDS[kind]
        level = start if level is None else level
        if not isinstance(level, int | float) or not 0 <= level <= most:
            raise ValueError(f"level: got {level!r}, wanted a number in [0, {most}]")
        super().__init__(kind=kind, level=level)
        found, found_labels = given.pictures_of(images, labels)
        if images is not None and labels is None:
            self._images = found[:10]
            self._names = [f"picture {i + 1}" for i in range(len(self._images))]
        else:
            shown = given.one_of_each(found_labels)
            self._images = found[shown]
            self._names = given.names_of(found_labels[shown], found.shape[1:])
        self._open(model, encode, decode, dtype)

    def _read(self, codec):
        clean = to_float(self._images[:3])
        damaged = noise.gaussian(clean, 0.5, generator=torch.Generator().manual_seed(0))
        x_hat = codec.decode(codec.code(damaged))
        self.still = torch.stack([clean, damaged, x_hat], dim=1).flatten(0, 1)
        functions = {
            "encode": networks.encoder(codec, dtype=self._dtype),
            "decode": networks.decoder(codec, dtype=self._dtype),
        }
        values = {
            "picture": codec.picture,
            "images": networks.array(self._images.flatten(1)),
            "names": self._names,
            "latent_dim": codec.latent_dim,
            "kinds": KINDS,
        }
        return functions, values
