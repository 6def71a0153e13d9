"""A small classifier that says how sure it is which digit it sees: the judge."""

import torch
import torch.nn.functional as F
from torch import nn

from course_lib.data import Split, to_float
from course_lib.training import fit


def train_classifier(
    split: Split, *, epochs: int = 4, seed: int = 0, progress: bool = True
) -> nn.Sequential:
    """Return a classifier of a data.Split's digits, 784-256-10, in eval mode.

    It maps pictures (n, 784), floats in [0, 1], to the probability of each digit,
    (n, 10). epochs: passes over at most 20,000 of the split's pictures. It is trained
    with dropout, which keeps it from being sure of everything (Srivastava et al. 2014,
    JMLR 15).

    Raises ValueError on labels outside 0 to 9, and as training.fit does.
    """
    labels = split.labels[:20_000]
    if labels.min() < 0 or labels.max() > 9:
        raise ValueError(f"split: got labels up to {labels.max()}, wanted 0 to 9")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(784, 256), nn.ReLU(),
                              nn.Dropout(0.5), nn.Linear(256, 10))  # fmt: skip

    def loss(model, both):  # `fit` hands over one tensor: a label is ten more columns
        return F.cross_entropy(model(both[:, :784]), both[:, 784:], reduction="none")

    x = to_float(split.images[:20_000]).flatten(1)
    both = torch.cat([x, F.one_hot(labels, 10)], dim=1)
    fit(classifier, both, loss, epochs=epochs, lr=5e-3, seed=seed, progress=progress)
    return classifier.append(nn.Softmax(dim=1)).eval()
