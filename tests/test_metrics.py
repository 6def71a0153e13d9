"""The metrics: known extremes, and errors."""

import pytest
import torch
from torch import nn

from course_lib.losses import reconstruction_loss
from course_lib.metrics import auroc, reconstruction_error, roc_curve
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


class TestAlarms:
    normal = torch.randn(200, generator=torch.Generator().manual_seed(0))
    anomalous = 1 + torch.randn(300, generator=torch.Generator().manual_seed(1))

    def both(self, digits=9):
        return self.normal.round(decimals=digits), self.anomalous.round(decimals=digits)

    @pytest.mark.parametrize("digits", [9, 0], ids=["all different", "many equal"])
    def test_the_area_agrees_with_scikit_learn(self, digits):
        from sklearn.metrics import roc_auc_score

        normal, anomalous = self.both(digits)
        truth = [0] * 200 + [1] * 300
        wanted = roc_auc_score(truth, torch.cat([normal, anomalous]))
        assert auroc(normal, anomalous) == pytest.approx(wanted, abs=1e-9)

    @pytest.mark.parametrize("digits", [9, 0], ids=["all different", "many equal"])
    def test_the_curve_encloses_that_area(self, digits):
        curve = roc_curve(*self.both(digits))
        area = torch.trapezoid(curve[:, 1], curve[:, 0]).item()
        assert area == pytest.approx(auroc(*self.both(digits)), abs=1e-5)
        assert curve[0].tolist() == [0, 0]
        assert curve[-1].tolist() == [1, 1]

    def test_a_perfect_a_useless_and_a_reversed_alarm(self):
        low, high = torch.arange(5.0), torch.arange(10.0, 15.0)
        assert auroc(low, high) == 1
        assert auroc(high, low) == 0
        assert auroc(low, low) == 0.5
        assert auroc(torch.zeros(3), torch.zeros(4)) == 0.5

    @pytest.mark.parametrize("measure", [auroc, roc_curve])
    def test_bad_scores_are_named(self, measure):
        scores = torch.arange(3.0)
        with pytest.raises(ValueError, match=r"^normal: got shape \(0,\), wanted"):
            measure(scores[:0], scores)
        with pytest.raises(ValueError, match=r"^anomalous: .* with NaN in it"):
            measure(scores, scores / 0)
