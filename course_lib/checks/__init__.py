"""The checks of the exercises: checks.squared_error(your_function) -> Verdict."""

from course_lib.checks.autoencoder_basics import (
    forward_pass,
    smallest_latent_dim,
    squared_error,
)
from course_lib.checks.engine import CheckFailed, Exercise, Mistake, Verdict

EXERCISES = {
    exercise.name: exercise
    for exercise in (squared_error, forward_pass, smallest_latent_dim)
}

__all__ = [
    "EXERCISES",
    "CheckFailed",
    "Exercise",
    "Mistake",
    "Verdict",
    "forward_pass",
    "smallest_latent_dim",
    "squared_error",
]
