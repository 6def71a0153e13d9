"""The three kinds of damage: their shares, their spread, and bad input."""

import pytest
import torch

from course_lib import noise

GREY = torch.full((200, 1, 28, 28), 0.5)


def generator():
    return torch.Generator().manual_seed(0)


def test_gaussian_noise_has_the_spread_that_was_asked_for():
    noisy = noise.gaussian(GREY, 0.1, generator=generator())
    assert (noisy - 0.5).std().item() == pytest.approx(0.1, rel=0.02)
    assert (noisy - 0.5).mean().item() == pytest.approx(0, abs=0.001)


def test_gaussian_noise_stays_in_the_range_of_pixels():
    noisy = noise.gaussian(GREY, 3.0, generator=generator())
    assert noisy.min() == 0
    assert noisy.max() == 1


def test_salt_and_pepper_hits_its_share_half_black_half_white():
    noisy = noise.salt_and_pepper(GREY, 0.3, generator=generator())
    for value, share in ((0, 0.15), (1, 0.15), (0.5, 0.7)):
        assert (noisy == value).float().mean().item() == pytest.approx(share, abs=0.01)


def test_masking_turns_its_share_black_and_leaves_the_rest():
    noisy = noise.masking(GREY, 0.3, generator=generator())
    assert (noisy == 0).float().mean().item() == pytest.approx(0.3, abs=0.01)
    assert noisy[noisy != 0].unique().tolist() == [0.5]


@pytest.mark.parametrize(
    "damage", [noise.gaussian, noise.salt_and_pepper, noise.masking]
)
class TestEachKind:
    def test_a_level_of_zero_changes_nothing(self, damage):
        assert torch.equal(damage(GREY, 0), GREY)

    def test_each_image_and_each_call_get_noise_of_their_own(self, damage):
        g = generator()
        first, second = damage(GREY, 0.5, generator=g), damage(GREY, 0.5, generator=g)
        assert not torch.equal(first, second)
        assert not torch.equal(first[0], first[1])

    def test_the_same_generator_gives_the_same_noise(self, damage):
        once, again = (damage(GREY, 0.5, generator=generator()) for _ in range(2))
        assert torch.equal(once, again)

    def test_each_image_may_have_its_own_level(self, damage):
        x = GREY[:3].flatten(1)
        noisy = damage(x, torch.tensor([0.0, 0.3, 0.0]))
        assert torch.equal(noisy[[0, 2]], x[[0, 2]])
        assert not torch.equal(noisy[1], x[1])

    def test_the_images_themselves_are_left_alone(self, damage):
        x = GREY.clone()
        damage(x, 0.5)
        assert torch.equal(x, GREY)

    def test_bad_input_is_named(self, damage):
        with pytest.raises(ValueError, match=r"^x: got torch.uint8, wanted floats"):
            damage(torch.zeros(2, 784, dtype=torch.uint8), 0.5)
        with pytest.raises(ValueError, match=r"^(sigma|share): got -0.1, wanted it"):
            damage(GREY, -0.1)
        with pytest.raises(ValueError, match=r"^(sigma|share): got nan, wanted it"):
            damage(GREY, float("nan"))
        with pytest.raises(ValueError, match=r"got shape \(2,\), wanted a number or"):
            damage(GREY, torch.zeros(2))


@pytest.mark.parametrize("damage", [noise.salt_and_pepper, noise.masking])
def test_a_share_is_at_most_one(damage):
    with pytest.raises(ValueError, match=r"^share: got 1.5, wanted it in \[0, 1\]"):
        damage(GREY, 1.5)
