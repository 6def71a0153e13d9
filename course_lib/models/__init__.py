"""The course's networks: one file a family, and what the course asks of any model."""

from course_lib.models.autoencoder import Autoencoder, LinearAutoencoder
from course_lib.models.base import GaussianVAE
from course_lib.models.codec import Codec, codec_for, reconstruct
from course_lib.models.vae import VAE, LinearVAE, vae_from_textbook

__all__ = [
    "VAE",
    "Autoencoder",
    "Codec",
    "GaussianVAE",
    "LinearAutoencoder",
    "LinearVAE",
    "codec_for",
    "reconstruct",
    "vae_from_textbook",
]
