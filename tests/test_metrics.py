"""The metrics: known extremes, and errors."""

import pytest
import torch
from torch import nn

from course_lib.losses import reconstruction_loss
from course_lib.metrics import reconstruction_error
from course_lib.models import Autoencoder


@pytest.mark.parametrize("kind", ["mse", "bce"])
@pytest.mark.parametrize("batch_size", [1, 4, 7, 100])
def test_error_is_the_loss_of_each_image_whatever_the_batches(kind, batch_size):
    model, images = Autoencoder(), torch.rand(7, 1, 28, 28)
    oracle = reconstruction_loss(model(images), images, kind)
    error = reconstruction_error(model, images, kind, batch_size=batch_size)
    torch.testing.assert_close(error, oracle.detach())
    assert not error.requires_grad


def test_a_perfect_and_a_useless_autoencoder():
    images = torch.rand(7, 784)
    assert (reconstruction_error(nn.Identity(), images) == 0).all()

    class Black(nn.Module):
        def forward(self, x):
            return torch.zeros_like(x)

    torch.testing.assert_close(
        reconstruction_error(Black(), images), (images**2).sum(dim=1)
    )


def test_no_images_are_named():
    with pytest.raises(ValueError, match="images: got none"):
        reconstruction_error(nn.Identity(), torch.zeros(0, 784))
