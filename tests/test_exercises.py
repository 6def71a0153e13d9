"""The exercises of the course and those in its lessons are the same ones."""

from course_lib import checks
from course_lib.teaching.lessons import exercises, paths


def test_every_exercise_is_in_one_lesson():
    """That each works there is a matter of the lessons' lint."""
    names = [name for path in paths() for name in exercises(path)]
    assert sorted(names) == sorted(checks.EXERCISES)
