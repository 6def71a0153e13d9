"""The checks of the exercises: checks.squared_error(your_function) -> Verdict.

Every Exercise in the folder exercises is found here by its name, "squared-error" as
checks.squared_error and in EXERCISES: a new one needs no list.
"""

import importlib
import pkgutil

from course_lib.checks import exercises
from course_lib.checks.engine import CheckFailed, Exercise, Mistake, Verdict

EXERCISES = {
    exercise.name: exercise
    for module in pkgutil.iter_modules(exercises.__path__, f"{exercises.__name__}.")
    for exercise in vars(importlib.import_module(module.name)).values()
    if isinstance(exercise, Exercise)
}
_BY_NAME = {name.replace("-", "_"): exercise for name, exercise in EXERCISES.items()}
globals().update(_BY_NAME)

__all__ = ["EXERCISES", "CheckFailed", "Exercise", "Mistake", "Verdict", *_BY_NAME]
