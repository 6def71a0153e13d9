"""Two exercises of lesson 02: PCA's reconstruction, and the variance it explains."""

import torch

from course_lib.checks.engine import Exercise, Mistake


def _pca_reconstruct(x, mean, components):
    return mean + (x - mean) @ components.T @ components


def _small_pcas(generator):
    for n, d, k in ((3, 6, 2), (5, 12, 4), (7, 20, 1)):
        basis = torch.linalg.qr(torch.randn(d, k, generator=generator)).Q
        x = torch.rand(n, d, generator=generator)
        yield x, torch.rand(d, generator=generator), basis.T


pca_reconstruct = Exercise(
    name="pca-reconstruct",
    reference=_pca_reconstruct,
    inputs=_small_pcas,
    mistakes=(
        Mistake(
            "not centred",
            lambda x, mean, components: x @ components.T @ components,
            "You projected x itself. The components describe how a picture differs "
            "from the mean: subtract it first, and add it back at the end.",
        ),
        Mistake(
            "mean not added back",
            lambda x, mean, components: (x - mean) @ components.T @ components,
            "You centred and projected, but what you return still lacks the mean.",
        ),
        Mistake(
            "mean only added",
            lambda x, mean, components: mean + x @ components.T @ components,
            "You add the mean at the end without having subtracted it: the pictures' "
            "own mean is in there twice.",
        ),
        Mistake(
            "mean of the batch",
            lambda x, mean, components: (
                x.mean(dim=0) + (x - x.mean(dim=0)) @ components.T @ components
            ),
            "You centred by the mean of these x. Use the mean that is given: it "
            "belongs to the components, and to the training data.",
        ),
        Mistake(
            "the code alone",
            lambda x, mean, components: (x - mean) @ components.T,
            "That is the code, (n, k). One more product brings it back to (n, d).",
        ),
        Mistake(
            "centred by each picture's own mean",
            lambda x, mean, components: (
                mean + (x - x.mean(dim=1, keepdim=True)) @ components.T @ components
            ),
            "You subtracted from each picture the mean of its own pixels. The mean "
            "picture is given as `mean`, (d,).",
        ),
        Mistake(
            "mean subtracted twice",
            lambda x, mean, components: (x - mean) @ components.T @ components - mean,
            "At the end you subtract the mean once more. Add it back.",
        ),
        Mistake(
            "the other way round",
            lambda x, mean, components: mean + (mean - x) @ components.T @ components,
            "You projected mean - x, so every deviation points the wrong way. Take "
            "x - mean.",
        ),
        Mistake(
            "the first component alone",
            lambda x, mean, components: _pca_reconstruct(x, mean, components[:1]),
            "You used the first component alone. Use all k rows of `components`.",
        ),
        Mistake(
            "code and reconstruction",
            lambda x, mean, components: (
                (x - mean) @ components.T,
                _pca_reconstruct(x, mean, components),
            ),
            "The reconstruction is right, and the code came with it. Return the "
            "reconstruction alone.",
        ),
        Mistake(
            "what is lost",
            lambda x, mean, components: x - _pca_reconstruct(x, mean, components),
            "That is x - x_hat, what the reconstruction loses. Return x_hat itself.",
        ),
        Mistake(
            "clamped",
            lambda x, mean, components: _pca_reconstruct(x, mean, components).clamp(
                0, 1
            ),
            "You clamped the result to [0, 1]. PCA knows nothing of pixels and may "
            "leave that range: return what it gives.",
        ),
    ),
)


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
