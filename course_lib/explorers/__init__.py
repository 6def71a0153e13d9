"""Explorers: ideas of the lessons to touch, in a notebook or in a saved page."""

from course_lib.explorers.beta_slider import BetaSlider
from course_lib.explorers.bottleneck import Bottleneck
from course_lib.explorers.damage import Damage
from course_lib.explorers.latent_map import LatentMap
from course_lib.explorers.latent_plane import LatentPlane
from course_lib.explorers.noise_sampler import NoiseSampler
from course_lib.explorers.quiz import Quiz
from course_lib.explorers.threshold import Threshold

__all__ = [
    "BetaSlider",
    "Bottleneck",
    "Damage",
    "LatentMap",
    "LatentPlane",
    "NoiseSampler",
    "Quiz",
    "Threshold",
]
