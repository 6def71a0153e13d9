"""The exercises of lesson 02: PCA's reconstruction, its variance, and neighbours."""

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
    ),
)


def _neighbours(train_z, z, k, *, largest=False):
    return torch.cdist(z, train_z).topk(k, largest=largest).indices


def _knn_accuracy(train_z, train_labels, z, labels, k):
    votes = train_labels[_neighbours(train_z, z, k)].mode(dim=1).values
    return (votes == labels).float().mean()


def _two_clouds(generator):
    """Two classes and an odd k, so that no vote ends in a tie."""
    for n, m, d, k in ((60, 41, 2, 3), (80, 53, 3, 5), (50, 37, 2, 7)):
        z = torch.randn(n + m, d, generator=generator)
        noise = torch.randn(n + m, generator=generator)
        labels = (z[:, 0] + noise > 0).long()
        yield z[:n], labels[:n], z[n:], labels[n:], k


knn_accuracy = Exercise(
    name="knn-accuracy",
    reference=_knn_accuracy,
    inputs=_two_clouds,
    mistakes=(
        Mistake(
            "the farthest",
            lambda train_z, train_labels, z, labels, k: (
                (
                    train_labels[_neighbours(train_z, z, k, largest=True)]
                    .mode(1)
                    .values
                    == labels
                )
                .float()
                .mean()
            ),
            "Those are the k farthest: topk looks for the largest unless you say "
            "largest=False.",
        ),
        Mistake(
            "one neighbour",
            lambda train_z, train_labels, z, labels, k: _knn_accuracy(
                train_z, train_labels, z, labels, 1
            ),
            "Only the nearest one votes. Let all k vote.",
        ),
        Mistake(
            "share of right neighbours",
            lambda train_z, train_labels, z, labels, k: (
                (train_labels[_neighbours(train_z, z, k)] == labels[:, None])
                .float()
                .mean()
            ),
            "You counted how many neighbours have the right label. Let them vote "
            "first, then count the codes whose vote is right.",
        ),
        Mistake(
            "a count for a share",
            lambda train_z, train_labels, z, labels, k: (
                (train_labels[_neighbours(train_z, z, k)].mode(1).values == labels)
                .float()
                .sum()
            ),
            "You counted the right votes. Divide by the number of codes.",
        ),
        Mistake(
            "the error rate",
            lambda train_z, train_labels, z, labels, k: (
                1 - _knn_accuracy(train_z, train_labels, z, labels, k)
            ),
            "That is the share of wrong votes. Return the share of right ones.",
        ),
        Mistake(
            "neighbours among the test codes",
            lambda train_z, train_labels, z, labels, k: _knn_accuracy(
                z, labels, z, labels, k
            ),
            "You looked for neighbours among z itself, where each code finds itself "
            "and its own label. Look among train_z.",
        ),
    ),
)
