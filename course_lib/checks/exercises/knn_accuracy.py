"""The exercise knn-accuracy of lesson 02: neighbours that vote."""

import torch

from course_lib.checks.engine import Exercise, Mistake
from course_lib.checks.telling import alike, telling


def _votes(train_z, train_labels, z, k, *, largest=False):
    """Return the labels of the k nearest training codes, the nearest first, (m, k)."""
    nearest = torch.cdist(z, train_z).topk(k, largest=largest).indices
    return train_labels[nearest]


def _winners(*args, **options):
    return _votes(*args, **options).mode(dim=1).values


def _share(right):
    return right.float().mean()


def _knn_accuracy(train_z, train_labels, z, labels, k):
    return _share(_winners(train_z, train_labels, z, k) == labels)


def _clouds(generator):
    """Five classes that overlap, their labels in no order; and a single code.

    Codes whose vote would end in a tie are left out.
    """
    trials = []
    for n, m, d, k in (
        (60, 150, 2, 3),
        (80, 180, 3, 6),
        (90, 150, 2, 9),
        (40, 1, 2, 1),
    ):
        every_z = torch.randn(n + m, d, generator=generator)
        noise = torch.randn(n + m, generator=generator)
        place = (1.2 * every_z[:, 0] + 0.7 * noise + 2.5).floor().clamp(0, 4).long()
        every_label = torch.randperm(5, generator=generator)[place]
        (train_z, z), (train_labels, labels) = (
            every.split([n, m]) for every in (every_z, every_label)
        )
        votes = _votes(train_z, train_labels, z, k)
        counts = torch.stack([(votes == label).sum(dim=1) for label in range(5)])
        first, second = counts.topk(2, dim=0).values
        clear = (first > second).nonzero()[:, 0]
        trials.append((train_z, train_labels, z[clear], labels[clear], k))
    return trials


def _by(closeness):
    """Return the mistake of another measure of how close codes are."""

    def accuracy(train_z, train_labels, z, labels, k):
        nearest = closeness(z, train_z).topk(k).indices
        return _share(train_labels[nearest].mode(dim=1).values == labels)

    return accuracy


def _of_neighbours(number):
    """Return the mistake of another number of neighbours, number(k, n)."""
    return lambda train_z, train_labels, z, labels, k: _knn_accuracy(
        train_z, train_labels, z, labels, number(k, len(train_z))
    )


knn_accuracy = Exercise(
    name="knn-accuracy",
    reference=_knn_accuracy,
    inputs=telling(_clouds, lambda: knn_accuracy),
    mistakes=(
        Mistake(
            "the farthest",
            lambda train_z, train_labels, z, labels, k: _share(
                _winners(train_z, train_labels, z, k, largest=True) == labels
            ),
            "Those are the k farthest: topk looks for the largest unless you say "
            "largest=False.",
        ),
        Mistake(
            "one neighbour",
            _of_neighbours(lambda k, n: 1),
            "Only the nearest one votes. Let all k vote.",
        ),
        Mistake(
            "always five",
            _of_neighbours(lambda k, n: 5),
            "You always ask five neighbours. Ask k.",
        ),
        *alike(
            "one neighbour more or less",
            "The number of neighbours is off by one. Exactly k vote: topk(k) and [:k] "
            "take k.",
            {
                "k + 1": _of_neighbours(lambda k, n: k + 1),
                "k − 1": _of_neighbours(lambda k, n: max(k - 1, 1)),
            },
        ),
        Mistake(
            "everybody votes",
            _of_neighbours(lambda k, n: n),
            "All training codes vote, so every code gets the commonest label. Ask the "
            "k nearest ones.",
        ),
        Mistake(
            "the first k",
            lambda train_z, train_labels, z, labels, k: _share(
                train_labels[:k].mode().values == labels
            ),
            "The first k training codes vote, for every code the same ones. Ask those "
            "that lie nearest to it.",
        ),
        *alike(
            "the median of the votes",
            "You took the median of the neighbours' labels. Labels are names, not "
            "amounts: between a 3 and a 7 there is no 5. Count votes, with mode.",
            {
                "": lambda train_z, train_labels, z, labels, k: _share(
                    _votes(train_z, train_labels, z, k).median(1).values == labels
                ),
                "between two": lambda train_z, train_labels, z, labels, k: _share(
                    _votes(train_z, train_labels, z, k).float().quantile(0.5, dim=1)
                    == labels
                ),
            },
        ),
        *alike(
            "one label by its size",
            "You took the largest or the smallest of the neighbours' labels. Labels "
            "are names: count how often each occurs, with mode.",
            {
                "the largest": lambda train_z, train_labels, z, labels, k: _share(
                    _votes(train_z, train_labels, z, k).amax(1) == labels
                ),
                "the smallest": lambda train_z, train_labels, z, labels, k: _share(
                    _votes(train_z, train_labels, z, k).amin(1) == labels
                ),
            },
        ),
        Mistake(
            "places for labels",
            lambda train_z, train_labels, z, labels, k: _share(
                torch.cdist(z, train_z).topk(k, largest=False).indices.mode(1).values
                == labels
            ),
            "You let the neighbours' places vote, the indices that topk gives. Look up "
            "their labels first: train_labels[indices].",
        ),
        Mistake(
            "distances by coordinates",
            _by(lambda z, train_z: -torch.cdist(z, train_z, p=1)),
            "Your distances add up the differences of the coordinates (p=1). The "
            "distance here is the straight line: torch.cdist as it is.",
        ),
        Mistake(
            "directions for distances",
            _by(
                lambda z, train_z: (
                    torch.nn.functional.normalize(z)
                    @ torch.nn.functional.normalize(train_z).T
                )
            ),
            "You compare directions (a cosine), for which near and far are the same. "
            "Take distances: torch.cdist.",
        ),
        Mistake(
            "products for distances",
            _by(lambda z, train_z: z @ train_z.T),
            "The largest scalar products are not those of the nearest codes: long "
            "codes win. Take distances: torch.cdist.",
        ),
        Mistake(
            "the nearest left out",
            lambda train_z, train_labels, z, labels, k: _share(
                _votes(train_z, train_labels, z, k + 1)[:, 1:].mode(1).values == labels
            ),
            "You left out the nearest one. That is right where codes are searched "
            "among themselves; z is not among train_z, so its nearest counts.",
        ),
        Mistake(
            "share of right neighbours",
            lambda train_z, train_labels, z, labels, k: _share(
                _votes(train_z, train_labels, z, k) == labels[:, None]
            ),
            "You counted how many neighbours have the right label. Let them vote "
            "first, then count the codes whose vote is right.",
        ),
        Mistake(
            "one right neighbour is enough",
            lambda train_z, train_labels, z, labels, k: _share(
                (_votes(train_z, train_labels, z, k) == labels[:, None]).any(dim=1)
            ),
            "You count a code as right if any neighbour has its label. Let them vote, "
            "and compare the winner.",
        ),
        Mistake(
            "labels averaged",
            lambda train_z, train_labels, z, labels, k: _share(
                _votes(train_z, train_labels, z, k).float().mean(1).round() == labels
            ),
            "You averaged the neighbours' labels. Labels are names, not amounts: a 3 "
            "and a 7 do not make a 5. Count votes, with mode.",
        ),
        Mistake(
            "the votes themselves",
            lambda train_z, train_labels, z, labels, k: _winners(
                train_z, train_labels, z, k
            ),
            "Those are the votes. Compare them with labels, and return the share that "
            "agrees.",
        ),
        Mistake(
            "right or wrong for each",
            lambda train_z, train_labels, z, labels, k: (
                _winners(train_z, train_labels, z, k) == labels
            ),
            "You have right or wrong for each code. Return the share that is right: "
            ".float().mean().",
        ),
        Mistake(
            "a count for a share",
            lambda train_z, train_labels, z, labels, k: (
                _winners(train_z, train_labels, z, k) == labels
            ).sum(),
            "You counted the right votes. Divide by the number of codes.",
        ),
        Mistake(
            "percent",
            lambda *args: 100 * _knn_accuracy(*args),
            "Right in percent. Return it as a number from 0 to 1.",
        ),
        Mistake(
            "the error rate",
            lambda *args: 1 - _knn_accuracy(*args),
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
        Mistake(
            "training codes judged",
            lambda train_z, train_labels, z, labels, k: _knn_accuracy(
                train_z, train_labels, train_z, train_labels, k
            ),
            "You judged the training codes, each of which is its own nearest "
            "neighbour. Judge the codes in z.",
        ),
    ),
)
