"""The judge: it learns, it is sure of digits and less of what is none."""

import pytest
import torch

from course_lib import data
from course_lib.classifier import train_classifier
from course_lib.data import Split


@pytest.fixture(scope="module")
def digits():
    return data.load("digits")


@pytest.fixture(scope="module")
def judge(digits):
    return train_classifier(digits.train, epochs=15, progress=False)


def test_it_gives_each_digit_a_probability_and_is_mostly_right(judge, digits):
    p = judge(data.to_float(digits.test.images).flatten(1))
    torch.testing.assert_close(p.sum(dim=1), torch.ones(len(p)))
    assert (p.argmax(dim=1) == digits.test.labels).float().mean() > 0.9


def test_it_is_less_sure_of_two_digits_at_once(judge, digits):
    x = data.to_float(digits.test.images).flatten(1)
    ghosts = (x + x.roll(1, 0)) / 2
    assert judge(x).amax(dim=1).mean() > judge(ghosts).amax(dim=1).mean() + 0.1


def test_a_seed_makes_it_and_the_randomness_around_stays(digits):
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    few = Split(digits.train.images[:64], digits.train.labels[:64])
    one, two = (
        train_classifier(few, epochs=1, seed=5, progress=False) for _ in range(2)
    )
    assert torch.equal(one[1].weight, two[1].weight)
    assert torch.equal(torch.rand(1), expected)
    assert not one.training


def test_labels_that_are_no_digits_are_named(digits):
    with pytest.raises(ValueError, match=r"^split: got labels up to 19, wanted 0 to 9"):
        train_classifier(Split(digits.train.images, digits.train.labels + 10))
