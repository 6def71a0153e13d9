"""The engine of the checks: try a function, pass it, or name the mistake it makes."""

import html
import inspect
import operator
import os
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
import torch

from course_lib.checks import gradients, messages, parts, relations, symptoms


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
    changed in place, by name. forms: of what the function returned, for each input
    (`messages.form`). gradients: for each input, what each argument that the exercise
    names receives (`gradients.received`). All are plain values, and can be sent.
    """

    values: list = field(default_factory=list)
    stopped: str | None = None
    changed: str | None = None
    forms: list = field(default_factory=list)
    gradients: list = field(default_factory=list)


@dataclass(frozen=True)
class Exercise:
    """An exercise, called with a student's function: exercise(function) -> Verdict.

    name: as in the lesson's cells ("squared-error"). reference: a right answer.
    inputs(generator): yields tuples of arguments, each tried once; together they must
    tell the reference from every mistake. mistakes: tried in their order. tolerance:
    relative and absolute, for every number. observe(function, *args): what is compared,
    by default the value returned; for a random function, its statistics.

    Four more say what a right answer is beside its numbers, and help to describe:
    gradient: names of the arguments, tensors or models, that must receive the gradient
    that the reference sends them, in value: of all answers that are a loss or feed one.
    With it, an answer must be a tensor, not a number or a list. dtype: True where the
    answer feeds a network, so that its dtype and device must be those of the
    reference's answer; it looks at what the function returns, whatever is observed.
    parts: names of the values, where several are returned. terms: of an answer that is
    a sum, {name: function of some of the arguments, by their names}: the check says
    which of them agree, and which is cut off.

    A mistake is named only where it alone makes the numbers that came, on all inputs.
    Where none or several do, the check describes: the shape, NaN, which part or term,
    a factor, an offset (`relations`, `parts`), each only if it holds on all inputs.
    """

    name: str
    reference: Callable
    inputs: Callable[[torch.Generator], Iterable[tuple]]
    mistakes: tuple[Mistake, ...]
    tolerance: float = 1e-4
    observe: Callable = call
    gradient: tuple[str, ...] = ()
    dtype: bool = False
    parts: tuple[str, ...] = ()
    terms: dict[str, Callable] = field(default_factory=dict)

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
        values, changed, forms, flows = [], None, [], []
        for args in self._trials(seed):
            own, leaves = gradients.watched(args, self._names(), self.gradient)
            try:
                value, returned = self._observe(function, own, seed)
            except (Exception, SystemExit) as error:
                return Answers(
                    stopped=messages.stopped(error, function, self._shapes(args))
                )
            if left := messages.left_open(value):
                return Answers(stopped=f'Exercise "{self.name}": {left}')
            values.append(value)
            forms.append(messages.form(returned))
            flows.append(gradients.received(returned, leaves))
            changed = changed or self._changed(args, own)
        return Answers(values, None, changed, forms, flows)

    def judge(self, answers: Answers, seed: int) -> Verdict:
        """Return the Verdict on what a function answered to the inputs of a seed."""
        if answers.stopped:
            return Verdict(False, answers.stopped)
        right = self.answers(self.reference, seed)
        note = messages.CHANGED.format(answers.changed) if answers.changed else ""
        agrees = self.agree(answers.values, right.values)
        found = [] if agrees else self._made(answers.values, seed)
        if len(found) == 1:
            return Verdict(False, f"Not yet. {found[0].message}{note}", found[0].name)
        if not agrees:
            return self._described(answers, right, seed, note)
        name, unfit = self._unfit(answers, right, seed)
        if unfit:
            return Verdict(
                False, f"Not yet. The numbers are right. {unfit}{note}", name
            )
        if note:
            return Verdict(False, f"Not yet. The result is right.{note}", "in place")
        return Verdict(True, f"Correct. It agrees on {len(right.values)} inputs.")

    def _unfit(self, answers, right, seed):
        """Return what is wrong beside the numbers: its name, and a sentence."""
        if self.dtype and answers.forms != right.forms:
            pairs = zip(answers.forms, right.forms, strict=True)
            came, wanted = next((a, b) for a, b in pairs if a != b)
            return "another dtype", messages.another_dtype(came, wanted)
        args = self._trials(seed)[0]
        waiting = gradients.waiting_words(args, self._names(), self.gradient)
        of = {t: self._names(f, self.gradient) for t, f in self.terms.items()}
        return "no gradient", gradients.fault(answers, right, waiting, of)

    def _described(self, answers, right, seed, note):
        """Return the Verdict on a wrong answer that no known mistake explains."""
        trials = self._trials(seed)
        got, wanted = answers.values, right.values
        agree = [self.agree(a, b) for a, b in zip(got, wanted, strict=True)]
        first = agree.index(False)
        lines = messages.told(got[first], wanted[first], self.agree)
        said = (
            self._relation(answers, right, trials, seed)
            or symptoms.inputs(agree, got, wanted, [self._shapes(t) for t in trials])
            or symptoms.direction(got, wanted)
        )
        if self.dtype and answers.forms != right.forms:
            said = f"{self._unfit(answers, right, seed)[1]} {said}".strip()
        said = f"{said}\n" if said else ""
        shapes = self._shapes(trials[first])
        return Verdict(False, f"Not yet. {said}With {shapes}:{lines}{note}")

    def _relation(self, answers, right, trials, seed):
        """Return a sentence on how an answer is related to the right one, or ""."""
        named = [dict(zip(self._names(), args, strict=False)) for args in trials]
        got, wanted = answers.values, right.values
        if isinstance(wanted[0], list | tuple):
            return parts.of_several(got, wanted, named, self.parts, self.agree)
        if text := parts.of_one(got, wanted, self.agree):
            return text
        if text := relations.relation(got, wanted, named):
            return text
        flows = gradients.agreement(answers, right, self.gradient)
        if self.terms and (text := parts.of_terms(got, named, self.terms, flows)):
            return text
        made = ((m.message, self.makes(m, seed)) for m in self.mistakes)
        return parts.of_two(got, made, named) or parts.of_arguments(flows)

    def _names(self, function=None, among=None):
        """Return the names of the arguments, of the reference or of a function."""
        names = list(inspect.signature(function or self.reference).parameters)
        return [name for name in names if among is None or name in among]

    def _trials(self, seed):
        return list(self.inputs(torch.Generator().manual_seed(seed)))

    def _observe(self, function, args, seed):
        """Return what is compared of a function, and what it returned at first."""
        returned = []

        def seen(*args):
            returned.append(function(*args))
            return returned[-1]

        # The same draws for all, so that a random answer can be compared.
        before = np.random.get_state()  # noqa: NPY002, what students may draw from
        try:
            with torch.random.fork_rng(devices=[]), torch.enable_grad():
                torch.default_generator.manual_seed(seed)  # as fork_rng, no device
                np.random.seed(seed)  # noqa: NPY002
                return self.observe(seen, *args), next(iter(returned), None)
        finally:
            np.random.set_state(before)  # noqa: NPY002

    def _made(self, got, seed):
        """Return the mistakes that make the numbers that came."""
        return [m for m in self.mistakes if self.agree(got, self.makes(m, seed))]

    def makes(self, mistake, seed):
        """Return what a mistake answers to the inputs of a seed.

        None if it cannot be made with them, or leaves nothing but NaN and infinity.
        """
        try:
            made = [
                self._observe(mistake.function, a, seed)[0] for a in self._trials(seed)
            ]
        except Exception:
            return None
        return made if any(map(messages.telling, made)) else None

    def _changed(self, args, own):
        """Return the name of the first argument that is no longer what it was."""
        for name, before, after in zip(self._names(), args, own, strict=False):
            same = torch.equal if isinstance(before, torch.Tensor) else operator.eq
            if isinstance(before, torch.Tensor | dict) and not same(before, after):
                return name
        return None

    def agree(self, a, b):
        """Return whether two answers are the same, but for the tolerance."""
        a, b = (v.value if isinstance(v, messages.Measured) else v for v in (a, b))
        if isinstance(a, list | tuple) and isinstance(b, list | tuple):
            return len(a) == len(b) and all(map(self.agree, a, b))
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
        return messages.shapes(self._names(), args)
