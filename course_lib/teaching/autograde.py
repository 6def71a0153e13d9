"""The address of GradeExercises that released courses name.

The nbgrader_config.py of a release that was made once imports it from here, for as long
as the course is taught from it. It is `grading.autograde`'s.
"""

from course_lib.teaching.grading.autograde import GradeExercises

__all__ = ["GradeExercises"]
