"""nbgrader's configuration of this course."""

from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    SaveAutoGrades,
)

from course_lib.teaching.autograde import GradeExercises

c = get_config()  # noqa: F821, nbgrader gives it
c.CourseDirectory.course_id = "autoencoders"
c.ClearSolutions.code_stub = {"python": "return ..."}
# A check that a student deleted is put back, and judged.
c.OverwriteCells.add_missing_cells = True
# Each exercise is graded alone, in a process with limits; the lesson is not run.
c.Autograde.autograde_preprocessors = [
    GradeExercises,
    SaveAutoGrades,
    AssignLatePenalties,
    CheckCellMetadata,
]
c.GradeExercises.seconds = 60
