"""The latent plane of a model with a code of two numbers, for lessons 00 and 05."""

import torch
import traitlets

from course_lib import checkpoints
from course_lib.data import to_float
from course_lib.explorers import base, networks


class LatentPlane(base.Explorer):
    """Drag over a model's latent plane and see what its decoder draws there.

    model: an autoencoder or VAE with latent_dim 2, by default the checkpoint "vae-2d".
    images, labels: whose codes to show, uint8 or floats (n, 1, 28, 28) and int64 (n,),
    by default 1,000 of MNIST's test images. compare: a second model; two images are
    then chosen, and one slides between them through both models' codes. dtype: of the
    weights on their way to the browser, "float16" or "float32".

    z: the point, two numbers; it can be set as well. drawn: the digit that was drawn,
    784 numbers in [0, 1].
    """

    script, heading = "latent_plane", "Latent plane"
    z = traitlets.List([0.0, 0.0]).tag(sync=True)
    drawn = traitlets.List().tag(sync=True)

    def __init__(
        self, model=None, *, images=None, labels=None, compare=None, dtype="float16"
    ):
        super().__init__()
        self._images, self._labels = base.pictures_of(images, labels)
        self._compare, self._dtype = compare, dtype
        if compare is not None:
            networks.check_model(compare, "compare")
        self.refresh(model or checkpoints.load("vae-2d"))

    def refresh(self, model):
        """Show new weights: of this model, or of another one of its kind."""
        if problem := base.problem_with(model, latent_dim=2):
            self._show({}, {}, problem)
            return
        found = networks.encode(model, to_float(self._images))
        is_vae = isinstance(found, tuple)
        codes = found[0] if is_vae else found
        reach = max(3.2, 1.1 * codes.abs().quantile(0.99).item())
        box = [-reach, reach, -reach, reach] if is_vae else base.box_around(codes)
        shown = base.one_of_each(self._labels)
        functions = {
            "encode": networks.encoder(model, dtype=self._dtype),
            "decode": networks.decoder(model, dtype=self._dtype),
        }
        values = {
            "codes": networks.array(codes),
            "labels": networks.array(self._labels.to(torch.uint8)),
            "box": box,
            "prior": is_vae,
            "thumbnails": networks.array(self._images[shown].flatten(1)),
            "names": [f"digit {label}" for label in self._labels[shown].tolist()],
            "model": type(model).__name__,
        }
        if self._compare is not None:
            functions["compare_encode"] = networks.encoder(
                self._compare, dtype=self._dtype
            )
            functions["compare_decode"] = networks.decoder(
                self._compare, dtype=self._dtype
            )
            values["compare"] = type(self._compare).__name__
        corners = torch.linspace(-1, 1, 10)[:, None] * torch.tensor([[1.5, -1.0]])
        self.still = functions["decode"].run(corners).detach()
        self._show(functions, values)
