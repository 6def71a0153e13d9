"""The exercise pca-reconstruct of lesson 02: a copy from PCA's components."""

import torch

from course_lib.checks.engine import Exercise, Mistake


def _pca_reconstruct(x, mean, components):
    return mean + (x - mean) @ components.T @ components


def _small_pcas(generator):
    for n, d, k in ((3, 6, 2), (5, 12, 4), (7, 20, 1)):
        basis = torch.linalg.qr(torch.randn(d, k, generator=generator)).Q
        # Far out along a component: no copy stays within [0, 1].
        x = torch.rand(n, d, generator=generator) + 8 * basis[:, 0]
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
            "the last component alone",
            lambda x, mean, components: _pca_reconstruct(x, mean, components[-1:]),
            "You used the last component alone. Use all k rows of `components`.",
        ),
        Mistake(
            "components in another order",
            lambda x, mean, components: (
                mean + (x - mean) @ components.T @ components.flip(0)
            ),
            "The components stand in another order on the way back than on the way "
            "in, so each number of the code multiplies the wrong one.",
        ),
        Mistake(
            "x itself",
            lambda x, mean, components: x,
            "That is x itself, with nothing lost. A reconstruction from k numbers "
            "goes through the code, (n, k), and back.",
        ),
        Mistake(
            "the mean itself",
            lambda x, mean, components: mean.expand(x.shape),
            "Every picture came out as the mean: the code's part is missing.",
        ),
        Mistake(
            "standardised",
            lambda x, mean, components: (
                mean + ((x - mean) / x.std(dim=0)) @ components.T @ components
            ),
            "You divided by the standard deviations as well. These components were "
            "found without; subtract the mean, no more.",
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
