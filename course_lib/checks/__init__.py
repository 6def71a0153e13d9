"""The checks of the exercises: checks.squared_error(your_function) -> Verdict."""

from course_lib.checks.autoencoder_basics import (
    forward_pass,
    smallest_latent_dim,
    squared_error,
)
from course_lib.checks.engine import CheckFailed, Exercise, Mistake, Verdict
from course_lib.checks.start_here import one_squared_error

EXERCISES = {
    exercise.name: exercise
    for exercise in (
        one_squared_error,
        squared_error,
        forward_pass,
        smallest_latent_dim,
    )
}

__all__ = [
    "EXERCISES",
    "CheckFailed",
    "Exercise",
    "Mistake",
    "Verdict",
    "forward_pass",
    "one_squared_error",
    "smallest_latent_dim",
    "squared_error",
]
