"""What nbgrader's autograder runs in place of the whole notebook."""

import html
import os
from concurrent.futures import ThreadPoolExecutor

from nbconvert.preprocessors import Preprocessor
from nbformat.v4 import new_output
from traitlets import Integer

from course_lib import checks
from course_lib.teaching import lessons
from course_lib.teaching.grading import grader


class GradeExercises(Preprocessor):
    """Grade each exercise of a submission alone; see `grader`.

    Each check's cell gets its Verdict as output: an error where it does not pass, which
    nbgrader counts as 0 points.
    """

    enabled = True
    seconds = Integer(grader.SECONDS, help="After these, an answer is stopped.").tag(
        config=True
    )

    def preprocess(self, nb, resources):
        """Return the notebook with a Verdict at each check, and the resources."""
        sources, jobs = [], []
        for cell in nb.cells:
            role = cell.metadata.get("nbgrader", {})
            if cell.cell_type != "code":
                continue
            if role.get("grade") and not role.get("solution"):
                jobs.append((cell, role["grade_id"], list(sources)))
            else:
                sources.append((role.get("grade_id"), cell.source))
        with ThreadPoolExecutor(os.cpu_count()) as pool:  # each waits for a process
            outputs = list(pool.map(self._graded, jobs))
        for (cell, *_), output in zip(jobs, outputs, strict=True):
            cell.outputs = [output]
        return nb, resources

    def _graded(self, job):
        cell, grade_id, sources = job
        exercise = grade_id.removesuffix(lessons.CHECK)
        own = [source for name, source in sources if name == exercise]
        others = [source for name, source in sources if name != exercise]
        try:
            _, call, function = lessons.split(cell.source)
            verdict = grader.grade(
                others + own, exercise, function, seconds=self.seconds
            )
        except ValueError as error:
            call = "This cell checks no exercise of the course, so it was not run"
            verdict = checks.Verdict(False, str(error))
        if verdict.passed:
            text = f"<pre>{html.escape(verdict.message)}</pre>"
            data = {"text/plain": verdict.message, "text/html": text}
            return new_output("display_data", data=data)
        return new_output(
            "error",
            ename="CheckFailed",
            evalue=verdict.message,
            traceback=[f"{call}: {verdict.message}"],
        )
