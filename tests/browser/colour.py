"""A convolutional VAE in colour, of a size of its own, and every explorer of it."""

import functools

import torch
from torch import nn

from course_lib import explorers, models

SHAPE = (3, 24, 32)


class Convolutional(models.base.GaussianVAE):
    """A VAE of two numbers, with what such a one has."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.down = nn.Sequential(
            *(nn.Conv2d(3, 8, 4, 2, 1), nn.BatchNorm2d(8), nn.LeakyReLU(0.2)),
            *(nn.Conv2d(8, 16, 4, 2, 1), nn.GELU(), nn.Flatten()),
        )
        self.mu, self.logvar = nn.Linear(16 * 6 * 8, 2), nn.Linear(16 * 6 * 8, 2)
        self.up = nn.Sequential(
            *(nn.Linear(2, 16 * 6 * 8), nn.ReLU(), nn.Unflatten(1, (16, 6, 8))),
            *(nn.ConvTranspose2d(16, 8, 4, 2, 1), nn.BatchNorm2d(8), nn.ReLU()),
            *(nn.Upsample(scale_factor=2), nn.Conv2d(8, 3, 3, padding=1), nn.Sigmoid()),
        )
        for layer in self.modules():
            if isinstance(layer, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
                nn.init.normal_(layer.weight, std=2 * layer.weight[0].numel() ** -0.5)

    def encode(self, x):
        h = self.down(x)
        return self.mu(h), self.logvar(h)

    def decode(self, z):
        return self.up(z)


IMAGES = torch.randint(256, (40, *SHAPE), generator=torch.Generator().manual_seed(0))
IMAGES = IMAGES.to(torch.uint8)
LABELS = torch.arange(40) % 4
GIVEN = {"images": IMAGES, "labels": LABELS}
EVERY = {
    "LatentPlane": lambda model: explorers.LatentPlane(model, **GIVEN),
    "LatentMap": lambda model: explorers.LatentMap(model, **GIVEN),
    "Damage": lambda model: explorers.Damage(model, **GIVEN),
    "Threshold": lambda model: explorers.Threshold(
        model, normal=IMAGES[:20], anomalous=IMAGES[20:]
    ),
    "Bottleneck": lambda model: explorers.Bottleneck({2: model}, **GIVEN),
    "BetaSlider": lambda model: explorers.BetaSlider({1: model, 2: model}, **GIVEN),
}
MODEL = Convolutional().eval()
made = functools.cache(lambda name: EVERY[name](MODEL))
