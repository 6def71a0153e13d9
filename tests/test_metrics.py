"""The metrics: known extremes, and errors."""

import pytest
import torch
from torch import nn

from course_lib.losses import reconstruction_loss
from course_lib.metrics import (
    auroc,
    average_precision,
    knn_accuracy,
    principal_angles,
    psnr,
    reconstruction_error,
    roc_curve,
)
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

    @pytest.mark.parametrize("digits", [9, 0], ids=["all different", "many equal"])
    def test_average_precision_agrees_with_scikit_learn(self, digits):
        from sklearn.metrics import average_precision_score

        normal, anomalous = self.both(digits)
        truth = [0] * 200 + [1] * 300
        wanted = average_precision_score(truth, torch.cat([normal, anomalous]))
        assert average_precision(normal, anomalous) == pytest.approx(wanted, abs=1e-9)

    def test_a_perfect_a_useless_and_a_reversed_alarm(self):
        low, high = torch.arange(5.0), torch.arange(10.0, 15.0)
        assert auroc(low, high) == 1
        assert auroc(high, low) == 0
        assert auroc(low, low) == 0.5
        assert auroc(torch.zeros(3), torch.zeros(4)) == 0.5

    @pytest.mark.parametrize("measure", [auroc, roc_curve, average_precision])
    def test_bad_scores_are_named(self, measure):
        scores = torch.arange(3.0)
        with pytest.raises(ValueError, match=r"^normal: got shape \(0,\), wanted"):
            measure(scores[:0], scores)
        with pytest.raises(ValueError, match=r"^anomalous: .* with NaN in it"):
            measure(scores, scores / 0)


class TestPSNR:
    x = torch.rand(3, 1, 28, 28, generator=torch.Generator().manual_seed(0))

    def test_it_agrees_with_the_formula_by_hand(self):
        noisy = (self.x + 0.1).flatten(1)  # a mean squared error of 0.01
        assert psnr(noisy, self.x).tolist() == pytest.approx([20.0] * 3, abs=1e-4)

    def test_it_keeps_one_value_an_image_and_a_perfect_copy_is_infinite(self):
        copies = self.x.clone()
        copies[1] += 0.5
        assert psnr(copies, self.x).isinf().tolist() == [True, False, True]

    def test_shapes_that_do_not_fit_are_named(self):
        with pytest.raises(ValueError, match=r"^x_hat and x: got shapes \(2, 1, 28"):
            psnr(self.x[:2], self.x)


class TestNeighbours:
    z = torch.randn(300, 4, generator=torch.Generator().manual_seed(0))
    labels = (z[:, 0] > 0).long() + 2 * (z[:, 1] > 0).long()

    @pytest.mark.parametrize("k", [1, 5])
    def test_it_agrees_with_scikit_learn(self, k):
        from sklearn.neighbors import KNeighborsClassifier

        parts = self.z[:200], self.labels[:200], self.z[200:], self.labels[200:]
        theirs = KNeighborsClassifier(k).fit(parts[0], parts[1])
        wanted = theirs.score(parts[2], parts[3])
        assert knn_accuracy(*parts, k=k) == pytest.approx(wanted, abs=0.011)

    def test_the_code_itself_is_its_own_nearest_neighbour(self):
        assert knn_accuracy(self.z, self.labels, self.z, self.labels, k=1) == 1

    def test_a_code_that_says_nothing_does_no_better_than_chance(self):
        noise = torch.randn(4000, 4, generator=torch.Generator().manual_seed(1))
        labels = torch.arange(4000) % 4
        got = knn_accuracy(noise[:2000], labels[:2000], noise[2000:], labels[2000:])
        assert got == pytest.approx(0.25, abs=0.04)

    def test_bad_input_is_named(self):
        with pytest.raises(ValueError, match=r"^z: got codes of shape \(300, 4\) and"):
            knn_accuracy(self.z, self.labels, self.z, self.labels[:5])
        with pytest.raises(ValueError, match=r"^z and k: got 3 dimensions and k=5"):
            knn_accuracy(self.z, self.labels, self.z[:, :3], self.labels)
        with pytest.raises(ValueError, match=r"k=0"):
            knn_accuracy(self.z, self.labels, self.z, self.labels, k=0)


class TestAngles:
    def test_they_agree_with_scipy(self):
        from scipy.linalg import subspace_angles

        a, b = torch.randn(
            2, 30, 4, generator=torch.Generator().manual_seed(0)
        ).double()
        wanted = torch.tensor(subspace_angles(a.numpy(), b.numpy())).rad2deg()
        torch.testing.assert_close(principal_angles(a, b), wanted.flip(0))

    def test_another_basis_of_the_same_subspace_is_at_no_angle(self):
        a = torch.randn(30, 4, generator=torch.Generator().manual_seed(0)).double()
        mixed = (
            a @ torch.randn(4, 4, generator=torch.Generator().manual_seed(1)).double()
        )
        assert principal_angles(a, mixed).max() < 1e-5

    def test_one_direction_may_be_right_and_the_other_wrong(self):
        e = torch.eye(5)
        angles = principal_angles(e[:, [0, 1]], e[:, [0, 2]])
        assert angles.tolist() == pytest.approx([0, 90])

    def test_bad_shapes_are_named(self):
        with pytest.raises(
            ValueError, match=r"^a and b: got shapes \(5, 2\) and \(5, 3"
        ):
            principal_angles(torch.eye(5)[:, :2], torch.eye(5)[:, :3])
