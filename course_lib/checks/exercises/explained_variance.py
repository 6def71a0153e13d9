"""The exercise explained-variance of lesson 02: what each component explains."""

import torch

from course_lib.checks.engine import Exercise, Mistake


def _explained_variance(eigenvalues, k):
    return eigenvalues[:k].sum() / eigenvalues.sum()


def _spectra(generator):
    for d, k in ((5, 2), (10, 3), (20, 11)):
        yield torch.rand(d, generator=generator).sort(descending=True).values, k


explained_variance = Exercise(
    name="explained-variance",
    reference=_explained_variance,
    inputs=_spectra,
    mistakes=(
        Mistake(
            "the wrong total",
            lambda eigenvalues, k: eigenvalues[:k].sum() / eigenvalues[:k].sum(),
            "You divided by the variance of the components that you keep, which always "
            "gives 1. The total is that of all d directions.",
        ),
        Mistake(
            "kept over lost",
            lambda eigenvalues, k: eigenvalues[:k].sum() / eigenvalues[k:].sum(),
            "You divided what is kept by what is lost. A share divides by the total, "
            "both together.",
        ),
        Mistake(
            "what is lost",
            lambda eigenvalues, k: eigenvalues[k:].sum() / eigenvalues.sum(),
            "That is the share that is lost. The share explained is one minus it.",
        ),
        Mistake(
            "no total",
            lambda eigenvalues, k: eigenvalues[:k].sum(),
            "That is the variance that is kept. As a share, divide by the total.",
        ),
        Mistake(
            "one component",
            lambda eigenvalues, k: eigenvalues[k - 1] / eigenvalues.sum(),
            "That is the share of the k-th component alone. Add up the first k.",
        ),
        Mistake(
            "means for sums",
            lambda eigenvalues, k: eigenvalues[:k].mean() / eigenvalues.mean(),
            "You divided a mean by a mean: it compares the average component, and can "
            "be larger than 1. Use sums.",
        ),
        Mistake(
            "standard deviations",
            lambda eigenvalues, k: (
                eigenvalues[:k].sqrt().sum() / eigenvalues.sqrt().sum()
            ),
            "You added up square roots, standard deviations. Variances add up; "
            "standard deviations do not.",
        ),
        Mistake(
            "squares",
            lambda eigenvalues, k: (
                (eigenvalues[:k] ** 2).sum() / (eigenvalues**2).sum()
            ),
            "You squared the eigenvalues. They are variances already. (Singular values "
            "would have to be squared.)",
        ),
        Mistake(
            "one too many",
            lambda eigenvalues, k: eigenvalues[: k + 1].sum() / eigenvalues.sum(),
            "You took k + 1 components: eigenvalues[:k] holds the first k.",
        ),
        Mistake(
            "one too few",
            lambda eigenvalues, k: eigenvalues[: k - 1].sum() / eigenvalues.sum(),
            "You took k - 1 components: eigenvalues[:k] holds the first k, because a "
            "slice leaves out its end.",
        ),
        Mistake(
            "the smallest",
            lambda eigenvalues, k: eigenvalues[-k:].sum() / eigenvalues.sum(),
            "Those are the k smallest. Here the largest come first: eigenvalues[:k].",
        ),
        Mistake(
            "percent",
            lambda eigenvalues, k: 100 * eigenvalues[:k].sum() / eigenvalues.sum(),
            "Right in percent. Return it as a number from 0 to 1.",
        ),
        Mistake(
            "the largest for the total",
            lambda eigenvalues, k: eigenvalues[:k].sum() / eigenvalues.max(),
            "You divided by the largest eigenvalue. The total is the sum of them all.",
        ),
        Mistake(
            "a share of the directions",
            lambda eigenvalues, k: k / len(eigenvalues),
            "You counted directions: k of d. A component that holds much variance "
            "should count for more: add up eigenvalues.",
        ),
        Mistake(
            "upside down",
            lambda eigenvalues, k: eigenvalues.sum() / eigenvalues[:k].sum(),
            "You divided the total by the part, which gives more than 1. Turn it over.",
        ),
        Mistake(
            "a share for each",
            lambda eigenvalues, k: eigenvalues[:k] / eigenvalues.sum(),
            "You have a share for each of the first k components. Add them up.",
        ),
        Mistake(
            "a share for every k",
            lambda eigenvalues, k: eigenvalues.cumsum(dim=0) / eigenvalues.sum(),
            "You have the shares for every number of components. Return the one for k; "
            "counting from 0, it stands at k - 1.",
        ),
    ),
)
