"""The check engine, on an exercise of its own and on the course's."""

import importlib
import pkgutil
import re
import sys

import numpy as np
import pytest
import torch

from course_lib import checks
from course_lib.checks import CheckFailed, Exercise, Mistake, exercises

MEAN = Mistake("mean for sum", lambda x: x.mean(dim=1), "You took the mean.")
BROKEN = Mistake("cannot be made", lambda x: x.no_such_thing(), "Never said.")


def batches(generator):
    for n in (2, 3):
        yield (torch.rand(n, 4, generator=generator),)


total = Exercise("total", lambda x: x.sum(dim=1), batches, (BROKEN, MEAN))


def test_a_right_answer_passes_however_it_is_written():
    for function in (
        lambda x: x.sum(1),
        lambda x: x.numpy().sum(1),
        lambda x: x.sum(1).tolist(),
        lambda x: torch.einsum("nd->n", x).requires_grad_(),
        lambda x: x.double().sum(1),
    ):
        verdict = total(function)
        assert verdict.passed, verdict
        assert verdict.mistake is None
        assert "Correct" in verdict.message


def test_a_known_mistake_is_named():
    verdict = total(lambda x: x.sum(1) / 4)
    assert (verdict.passed, verdict.mistake) == (False, "mean for sum")
    assert verdict.message == "Not yet. You took the mean."


def test_an_untouched_stub_is_not_an_error():
    verdict = total(lambda x: ...)
    assert (verdict.passed, verdict.mistake) == (False, None)
    assert repr(verdict) == 'Exercise "total": not attempted yet.'
    assert "not attempted yet" in total(lambda x: (..., ...)).message
    assert "is still `...`" in total(lambda x: (x.sum(1), ...)).message


def test_an_unknown_mistake_shows_what_was_wanted_what_came_and_the_shapes():
    message = total(lambda x: 2 * x.sum(1)).message
    assert "x of shape (2, 4)" in message
    assert "expected a tensor of shape (2,): " in message
    assert "got      a tensor of shape (2,): " in message
    message = total(lambda x: x.sum(1, keepdim=True)).message
    assert "got      a tensor of shape (2, 1)" in message


def test_a_simple_relation_to_the_right_answer_is_told():
    assert "Every value is 2 times" in total(lambda x: 2 * x.sum(1)).message
    assert "Every value is -3 times" in total(lambda x: -3 * x.sum(1)).message
    shape = total(lambda x: x.sum(1, keepdim=True)).message
    assert "right; their shape is not: (2, 1) came, wanted (2,)." in shape
    assert "Every value is too small: 0." in total(lambda x: x[:, 0]).message

    def ten(generator):
        return [(torch.rand(10, 4, generator=generator),)]

    last = Exercise("last", lambda x: x.sum(dim=1), ten, (MEAN,))
    message = last(lambda x: torch.cat([x[:8].sum(1), x[8:, 0]])).message
    assert "They first differ at [8]: expected " in message


def test_of_several_values_the_wrong_one_is_told():
    exercise = Exercise("two", lambda x: (x.sum(1), x.mean(1)), batches, (MEAN,))
    message = exercise(lambda x: (x.sum(1), x.sum(1))).message
    assert "Of the 2 values, number 2 is not right:\nexpected a tensor" in message
    assert "number 1 agrees, number 2 not. Of number 2: every value is 4 tim" in message
    assert "agrees" not in exercise(lambda x: (x, x)).message


def test_numpys_draws_are_the_same_for_all_and_left_as_they_were():
    np.random.seed(3)
    expected = np.random.rand()
    np.random.seed(3)
    assert total(lambda x: x.sum(1) + 0 * np.random.rand()).passed
    assert np.random.rand() == expected


def test_a_mistake_on_one_input_alone_is_found():
    verdict = total(lambda x: x.sum(1) if len(x) == 2 else x.sum(1) + 1)
    assert not verdict.passed
    assert "x of shape (3, 4)" in verdict.message


def test_inputs_and_answers_are_shown_for_what_they_are():
    def numbers(generator):
        return [(torch.rand((), generator=generator), 0.25, 3)]

    exercise = Exercise("sum", lambda a, b, n: (a + b) * n, numbers, (MEAN,))
    message = exercise(lambda a, b, n: np.ones((2, 3))).message
    assert re.search(r"With a = 0\.\d+, b = 0\.25, n = 3:", message)
    assert "a numpy array of shape (2, 3): 1, 1, 1, …" in message
    assert "of <U1, shape (1,)" in exercise(lambda a, b, n: np.array(["x"])).message


def test_a_forgotten_return_is_told():
    def forgetful(x):
        x.sum(1)

    assert "does every path end in a return?" in total(forgetful).message


@pytest.mark.parametrize("value", ["text", object(), {}, (1, 2), torch.tensor(0.0)])
def test_an_answer_of_another_type_is_shown_and_stops_nothing(value):
    verdict = total(lambda x: value)
    assert not verdict.passed
    assert "got " in verdict.message


def test_an_exception_is_shortened_to_the_students_own_lines():
    def helper(x):
        return x.view(3, 3)  # the line that fails

    def student(x):
        doubled = 2 * x
        return helper(doubled)

    message = total(student).message
    assert message.startswith("Your function stopped with RuntimeError: shape '[3, 3]'")
    assert "return helper(doubled)" in message
    assert "the line that fails" in message
    assert "engine.py" not in message
    assert message.count("\n  line ") == 2
    assert message.endswith("It was called with x of shape (2, 4).")


def test_an_exit_stops_nothing():
    assert "stopped with SystemExit" in total(lambda x: sys.exit(3)).message


def test_a_wrong_number_of_arguments_is_told():
    assert "takes 0 positional arguments" in total(lambda: 3).message


def test_grading_raises_unless_passed(monkeypatch):
    for wrong in (lambda x: ..., lambda x: x, lambda x: 1 / 0, MEAN.function):
        with pytest.raises(CheckFailed, match='Exercise "total": '):
            total(wrong, grade=True)
    with pytest.raises(CheckFailed, match='^Exercise "total": not attempted yet.\nIts'):
        total(lambda x: ..., grade=True)
    assert total(lambda x: x.sum(1), grade=True).passed
    monkeypatch.setenv("COURSE_GRADING", "1")
    with pytest.raises(CheckFailed):
        total(lambda x: ...)
    assert not total(lambda x: ..., grade=False).passed


def test_an_answer_that_changes_its_input_is_told():
    verdict = total(lambda x: x.mul_(3).sum(1) / 3)
    assert (verdict.passed, verdict.mistake) == (False, "in place")
    assert "The result is right" in verdict.message
    assert "changes its argument x in place" in verdict.message
    verdict = total(lambda x: x.mul_(3).mean(1) / 3)
    assert verdict.mistake == "mean for sum"
    assert verdict.message.startswith("Not yet. You took the mean.\nIt changes its")
    assert "in place" in total(lambda x: x.unsqueeze_(0).sum()).message


def test_to_grade_takes_fresh_inputs_and_says_which(monkeypatch):
    def one_batch(generator):
        return [(torch.rand(2, 4, generator=generator),)]

    exercise = Exercise("seen", lambda x: x.sum(dim=1), one_batch, (MEAN,))
    (seen,) = exercise.answers(lambda x: x, seed=0).values
    learned = {tuple(seen.flatten().tolist()): seen.sum(dim=1)}

    def by_heart(x):
        return learned.get(tuple(x.flatten().tolist()), torch.zeros(2))

    assert exercise(by_heart).passed
    with pytest.raises(CheckFailed) as failed:
        exercise(by_heart, grade=True)
    seed = int(str(failed.value).split("seed=")[1].rstrip("."))
    assert not exercise(by_heart, seed=seed).passed


def test_nbgrader_is_grading(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    with pytest.raises(CheckFailed):
        total(MEAN.function)


def test_the_randomness_around_a_check_is_left_as_it_was():
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    total(lambda x: x.sum(1) + torch.rand(len(x)))
    assert torch.equal(torch.rand(2), expected)


def test_a_random_answer_is_judged_by_its_statistics():
    def statistics(function, n):
        draws = torch.stack([function(n) for _ in range(2000)])
        return draws.mean(), draws.std()

    noise = Exercise(
        "noise",
        lambda n: 2 * torch.randn(n),
        lambda generator: [(3,), (5,)],
        (Mistake("variance for spread", lambda n: 4 * torch.randn(n), "That is 4."),),
        tolerance=0.15,
        observe=statistics,
    )
    assert noise(lambda n: torch.normal(0.0, 2.0, (n,))).passed
    assert noise(lambda n: 4 * torch.randn(n).flip(0)).mistake == "variance for spread"


@pytest.mark.parametrize("seed", range(5))
def test_right_noise_passes_however_it_is_drawn(seed):
    numbers = np.random.default_rng(seed)
    for draw in (
        lambda x: torch.normal(0.0, 1.0, x.shape),
        lambda x: torch.stack([torch.randn(784) for _ in x]),
        lambda x: torch.from_numpy(numbers.normal(size=x.shape)).float(),
    ):
        verdict = checks.add_noise(
            lambda x, sigma, draw=draw: (x + sigma * draw(x)).clamp(0, 1), seed=seed
        )
        assert verdict.passed, verdict


def test_a_statistic_says_in_words_what_it_measures():
    message = checks.add_noise(lambda x, sigma: (x - sigma).clamp(0, 1)).message
    assert "mean change of a pixel, in sigmas: -1, wanted" in message
    assert "two calls change it (1 yes, 0 no): 0, wanted 1" in message
    assert (
        "tails"
        not in checks.add_noise(lambda x, s: x + s * torch.randn_like(x) / 3).message
    )
    message = checks.threshold(lambda normal, *others: normal.quantile(0.4)).message
    assert "normal pictures that raise an alarm: 0.6, wanted 0.05" in message


def scaled(generator):
    for n in (2, 3):
        yield torch.rand(n, 4, generator=generator), torch.rand(n, generator=generator)


def weighed(x, w):
    return x.sum(1) + w**2


def spoilt(x, w):
    power = w.exp()
    total = x.sum(1) + power.log() ** 2
    power.zero_()  # which log needs on the way back
    return total


loss = Exercise(
    "loss",
    weighed,
    scaled,
    (Mistake("no w", lambda x, w: x.sum(1), "w is missing."),),
    gradient=("x", "w"),
    terms={"left": lambda x: x.sum(1), "right": lambda w: w**2},
)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda x, w: weighed(x, w).detach(), "No gradient reaches x and w, so"),
        (lambda x, w: weighed(x, w).tolist(), "A list came"),
        (lambda x, w: weighed(x, w).detach().numpy(), "A numpy array came"),
        (lambda x, w: weighed(x.detach(), w), "none reaches x: left is cut off"),
        (lambda x, w: weighed(x, w.data), "none reaches w: right is cut off"),
        (lambda x, w: x.sum(1) + w * w.detach(), "w receives a gradient, and not the"),
        (lambda x, w: weighed(x, w) + 0 * (0 * x).sqrt().sum(), "x receives is NaN"),
        (spoilt, "No gradient can be taken of it, so nothing could be learned: one of"),
    ],
)
def test_right_numbers_without_the_right_gradient_do_not_pass(answer, says):
    verdict = loss(answer)
    assert (verdict.passed, verdict.mistake) == (False, "no gradient")
    assert verdict.message.startswith("Not yet. The numbers are right. ")
    assert says in verdict.message


def test_a_right_gradient_passes_however_it_comes():
    for answer in (
        lambda x, w: torch.stack([a.sum() + b * b for a, b in zip(x, w, strict=True)]),
        lambda x, w: torch.einsum("nd->n", x.double()) + w.pow(2),
        lambda x, w: weighed(x.requires_grad_(), w.clone()),
    ):
        assert loss(answer).passed, loss(answer)


def test_numpy_where_a_gradient_is_wanted_is_told_in_more_than_torchs_words():
    message = loss(lambda x, w: x.numpy().sum(1)).message
    assert "stopped with RuntimeError" in message
    assert "numpy keeps no track of gradients" in message


def test_of_a_sum_the_term_that_agrees_is_told():
    message = loss(lambda x, w: x.sum(1) + 2 * w**2).message
    assert "left agrees, right not. Of right: every value is 2 times" in message
    assert "right agrees, left not" in loss(lambda x, w: x.amax(1) + w**2).message
    cut = loss(lambda x, w: (x.amax(1) + w**2).detach()).message
    assert "agrees" not in cut  # nothing tells so without a gradient
    assert "Neither" not in cut


def test_the_dtype_is_a_part_of_what_feeds_a_network():
    feeding = Exercise("feeds", lambda x: 2 * x, batches, (MEAN,), dtype=True)
    assert feeding(lambda x: x + x).passed
    for change, name in ((torch.Tensor.double, "float64"), (torch.Tensor.half, "16")):
        verdict = feeding(lambda x, change=change: change(2 * x))
        assert not verdict.passed
        assert name in verdict.message
        assert "where float32 is wanted" in verdict.message
    assert "a numpy array of float32" in feeding(lambda x: (2 * x).numpy()).message


def test_a_dtype_counts_though_something_else_is_observed():
    noise = Exercise(
        "noise",
        lambda x: torch.randn_like(x),
        batches,
        (MEAN,),
        observe=lambda function, x: function(x).shape,
        dtype=True,
    )
    assert noise(lambda x: torch.randn(x.shape)).passed
    drawn = noise(lambda x: torch.from_numpy(np.random.randn(*x.shape)))
    assert drawn.mistake == "another dtype"


def test_a_mistake_is_named_only_where_nothing_else_makes_its_numbers():
    twins = (MEAN, Mistake("by four", lambda x: x.sum(1) / 4, "You divided by 4."))
    verdict = Exercise("twins", total.reference, batches, twins)(MEAN.function)
    assert verdict.mistake is None
    assert "Every value is 0.25 times what it should be" in verdict.message
    empty = (Mistake("nothing", lambda x: x.sum(1) / 0, "You divided by 0."),)
    verdict = Exercise("empty", total.reference, batches, empty)(lambda x: x[:, 0] / 0)
    assert verdict.mistake is None
    assert "There came infinity for 2 of 2 values" in verdict.message


def test_what_is_no_function_is_named():
    with pytest.raises(ValueError, match="function: got Tensor, wanted the function"):
        total(torch.zeros(3))


def test_a_verdict_on_a_page_is_text():
    assert "&lt;b&gt;" in checks.Verdict(False, "<b>")._repr_html_()


FILES = pkgutil.iter_modules(exercises.__path__)


@pytest.mark.parametrize("name", [file.name for file in FILES])
def test_a_file_holds_the_exercise_that_it_is_named_after(name):
    """So no two exercises have one name, of which one would hide the other."""
    values = vars(importlib.import_module(f"{exercises.__name__}.{name}"))
    held = {k: value for k, value in values.items() if isinstance(value, Exercise)}
    assert held == {name: checks.EXERCISES[name.replace("_", "-")]}


def test_an_exercise_stands_nowhere_else():
    for module in pkgutil.iter_modules(checks.__path__, "course_lib.checks."):
        values = vars(importlib.import_module(module.name)).values()
        assert not [value for value in values if isinstance(value, Exercise)]


@pytest.mark.parametrize("exercise", checks.EXERCISES.values(), ids=lambda e: e.name)
class TestEveryExercise:
    """What holds for each exercise of the course."""

    def test_it_is_found_under_its_name(self, exercise):
        assert getattr(checks, exercise.name.replace("-", "_")) is exercise

    def test_the_reference_passes_and_each_mistake_is_named(self, exercise):
        """On one seed, as a student meets them; checks/test_every_seed.py tries 200."""
        assert exercise(exercise.reference).passed
        assert len(exercise.mistakes) >= 4
        for mistake in exercise.mistakes:
            assert exercise(mistake.function).mistake == mistake.name

    def test_an_untouched_stub_is_not_attempted(self, exercise):
        assert "not attempted yet" in exercise(lambda *args: ...).message


def test_whole_numbers_count_whatever_their_type():
    reference = checks.smallest_latent_dim.reference
    assert checks.smallest_latent_dim(
        lambda *args: None if (v := reference(*args)) is None else np.int64(v)
    ).passed
