"""The engine of the checks: try a function, pass it, or name the mistake it makes."""

import copy
import html
import inspect
import operator
import os
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
import torch

from course_lib.checks import messages


class CheckFailed(AssertionError):
    """A function did not pass its check, in grading mode."""


@dataclass(frozen=True)
class Verdict:
    """What a check found. mistake is the name of a known one, None for any other."""

    passed: bool
    message: str
    mistake: str | None = None

    def __repr__(self):
        return self.message

    def _repr_html_(self):
        colour = "#1b9e77" if self.passed else "#0072b2"
        return (
            f'<div style="border-left:4px solid {colour};padding:2px 12px;margin:4px 0;'
            f'white-space:pre-wrap" role="status">{html.escape(self.message)}</div>'
        )


@dataclass(frozen=True)
class Mistake:
    """A known mistake: its name, a function that makes it, what a student reads."""

    name: str
    function: Callable
    message: str


def after(function: Callable, change: Callable) -> Callable:
    """Return the mistake of changing a right answer, such as by torch.mean."""
    return lambda *args: change(function(*args))


def call(function: Callable, *args: object) -> object:
    """Compare what the function returns. The other choice is a function of your own."""
    return function(*args)


@dataclass(frozen=True)
class Answers:
    """What a function answered: a value for each input, or why there are none.

    stopped: what a student reads if it did not answer. changed: an argument that it
    changed in place, by name.
    """

    values: list = field(default_factory=list)
    stopped: str | None = None
    changed: str | None = None


CHANGED = (
    "\nIt changes its argument {0} in place, as `{0} -= …`, `{0}[…] = …` and methods "
    "such as `{0}.clamp_()` do. Whoever called it still needs {0} as it was: make a "
    "new tensor, or begin with `{0} = {0}.clone()`."
)


@dataclass(frozen=True)
class Exercise:
    """An exercise, called with a student's function: exercise(function) -> Verdict.

    name: as in the lesson's cells ("squared-error"). reference: a right answer.
    inputs(generator): yields tuples of arguments, each tried once; together they must
    tell the reference from every mistake. mistakes: tried in their order. tolerance:
    relative and absolute, for every number. observe(function, *args): what is compared,
    by default the value returned; for a random function, its statistics.
    """

    name: str
    reference: Callable
    inputs: Callable[[torch.Generator], Iterable[tuple]]
    mistakes: tuple[Mistake, ...]
    tolerance: float = 1e-4
    observe: Callable = call

    def __call__(
        self, function: Callable, *, grade: bool | None = None, seed: int | None = None
    ) -> Verdict:
        """Check a function and return the Verdict; it shows itself in a notebook.

        grade: True raises CheckFailed unless the function passes, untouched stubs too;
        None does so where the environment says COURSE_GRADING=1, and where nbgrader
        runs the notebook. seed: of the inputs; None takes 0, or a fresh one to grade.

        Raises ValueError if function is not a function.
        """
        if not callable(function):
            raise ValueError(
                f"function: got {type(function).__name__}, wanted the function itself, "
                "by its name and without calling it"
            )
        if grade is None:
            own = os.environ.get("COURSE_GRADING") == "1"
            grade = own or "NBGRADER_EXECUTION" in os.environ
        if seed is None:
            seed = secrets.randbelow(2**31) if grade else 0
        verdict = self.judge(self.answers(function, seed), seed)
        if grade and not verdict.passed:
            name = f'Exercise "{self.name}": '  # a stub's has it
            message = verdict.message.removeprefix(name)
            raise CheckFailed(f"{name}{message}\nIts inputs were those of seed={seed}.")
        return verdict

    def answers(self, function: Callable, seed: int) -> Answers:
        """Return the Answers of a function to the inputs of a seed."""
        values, changed = [], None
        for args in self._trials(seed):
            own = copy.deepcopy(args)
            try:
                values.append(self._observe(function, own, seed))
            except (Exception, SystemExit) as error:
                return Answers(
                    stopped=messages.stopped(error, function, self._shapes(args))
                )
            if left := _left_open(values[-1]):
                return Answers(stopped=f'Exercise "{self.name}": {left}')
            changed = changed or self._changed(args, own)
        return Answers(values, changed=changed)

    def judge(self, answers: Answers, seed: int) -> Verdict:
        """Return the Verdict on what a function answered to the inputs of a seed."""
        if answers.stopped:
            return Verdict(False, answers.stopped)
        trials, got = self._trials(seed), answers.values
        wanted = [self._observe(self.reference, a, seed) for a in self._trials(seed)]
        note = CHANGED.format(answers.changed) if answers.changed else ""
        if self._agree(got, wanted):
            if note:
                return Verdict(
                    False, f"Not yet. The result is right.{note}", "in place"
                )
            return Verdict(True, f"Correct. It agrees on {len(trials)} inputs.")
        for mistake in self.mistakes:
            if self._makes(mistake, trials, got, seed):
                return Verdict(False, f"Not yet. {mistake.message}{note}", mistake.name)
        args, a, b = next(
            (args, a, b)
            for args, a, b in zip(trials, got, wanted, strict=True)
            if not self._agree(a, b)
        )
        lines = messages.told(a, b, self._agree)
        return Verdict(False, f"Not yet. With {self._shapes(args)}:{lines}{note}")

    def _trials(self, seed):
        return list(self.inputs(torch.Generator().manual_seed(seed)))

    def _observe(self, function, args, seed):
        # The same draws for all, so that a random answer can be compared.
        before = np.random.get_state()  # noqa: NPY002, what students may draw from
        try:
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(seed)
                np.random.seed(seed)  # noqa: NPY002
                return self.observe(function, *args)
        finally:
            np.random.set_state(before)  # noqa: NPY002

    def _makes(self, mistake, trials, got, seed):
        try:
            made = [
                self._observe(mistake.function, copy.deepcopy(args), seed)
                for args in trials
            ]
        except Exception:
            return False  # this mistake cannot be made with these inputs
        return self._agree(got, made)

    def _changed(self, args, own):
        """Return the name of the first argument that is no longer what it was."""
        names = inspect.signature(self.reference).parameters
        for name, before, after in zip(names, args, own, strict=False):
            same = torch.equal if isinstance(before, torch.Tensor) else operator.eq
            if isinstance(before, torch.Tensor | dict) and not same(before, after):
                return name
        return None

    def _agree(self, a, b):
        a, b = (v.value if isinstance(v, messages.Measured) else v for v in (a, b))
        if isinstance(a, list | tuple) and isinstance(b, list | tuple):
            return len(a) == len(b) and all(map(self._agree, a, b))
        if b is None or isinstance(b, str | bool):
            return type(a) is type(b) and a == b
        try:
            a, b = messages.tensor(a), messages.tensor(b)
        except (TypeError, ValueError, RuntimeError):
            return False
        return a.shape == b.shape and torch.allclose(
            a, b, rtol=self.tolerance, atol=self.tolerance, equal_nan=True
        )

    def _shapes(self, args):
        names = inspect.signature(self.reference).parameters
        return ", ".join(
            f"{name} of shape {tuple(value.shape)}"
            if isinstance(value, torch.Tensor) and value.ndim
            else f"{name} = {value:.4g}"
            if isinstance(value, float | torch.Tensor)
            else f"{name} = {value}"
            for name, value in zip(names, args, strict=False)
        )


def _left_open(value):
    """Say so if an answer is, or still holds, the stub's `...`; else return None."""
    parts = value if isinstance(value, list | tuple) else [value]
    still = [part is ... for part in parts]
    if still and all(still):
        return "not attempted yet."
    return "one of its values is still `...`." if any(still) else None
