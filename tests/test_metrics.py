"""The metrics: known extremes, and errors."""

import numpy as np
import pytest
import torch
from torch import nn

from course_lib.losses import kl_divergence, reconstruction_loss
from course_lib.metrics import (
    active_units,
    anomaly_score,
    auroc,
    average_precision,
    best_repair,
    hole_share,
    knn_accuracy,
    principal_angles,
    psnr,
    rate_distortion,
    reconstruction_error,
    relative_error,
    roc_curve,
)
from course_lib.models import VAE, Autoencoder


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


class TestScores:
    x = torch.rand(3, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    x_hat = torch.rand(3, 784, generator=torch.Generator().manual_seed(1))

    def test_it_is_the_squared_error_and_its_share(self):
        plain = reconstruction_loss(self.x_hat, self.x, "mse")
        torch.testing.assert_close(anomaly_score(self.x_hat, self.x), plain)
        share = relative_error(lambda x: self.x_hat, self.x)
        got = anomaly_score(self.x_hat, self.x, per_ink=True)
        torch.testing.assert_close(got, share)

    def test_a_blur_forgives_what_cancels_among_neighbours(self):
        x = torch.zeros(2, 1, 28, 28)
        x_hat = x.clone()
        x_hat[0, 0, 14, 8:20], x_hat[0, 0, 15, 8:20] = 1, -1  # a stroke a little off
        x_hat[1, 0, 14:16, 8:20] = 1  # a stroke that is not there at all
        plain, blurred = anomaly_score(x_hat, x), anomaly_score(x_hat, x, blur=2.0)
        assert plain[0] == plain[1] == 24
        assert blurred[0] < 0.1 * blurred[1]

    def test_a_blur_treats_each_image_alone(self):
        both = anomaly_score(self.x_hat, self.x, blur=1.0)
        alone = anomaly_score(self.x_hat[1:2], self.x[1:2], blur=1.0)
        torch.testing.assert_close(both[1:2], alone)

    def test_a_black_image_per_ink_is_infinite(self):
        x = torch.zeros(1, 1, 28, 28)
        assert anomaly_score(x + 1, x, per_ink=True).isinf().all()

    def test_shapes_that_do_not_fit_are_named(self):
        with pytest.raises(ValueError, match=r"^x_hat and x: got shapes \(2, 784\)"):
            anomaly_score(self.x_hat[:2], self.x)


class TestRepairs:
    x = torch.rand(5, 1, 28, 28, generator=torch.Generator().manual_seed(0))

    def test_brightness_and_contrast_cost_nothing(self):
        repaired = best_repair([0.3 * self.x + 0.5], self.x)
        torch.testing.assert_close(repaired, self.x)

    def test_the_best_is_kept(self):
        g = torch.Generator().manual_seed(1)
        noise = torch.randn(self.x.shape, generator=g)
        close, far = self.x + 0.1 * noise, self.x + noise
        got = best_repair(iter([far, close, far]), self.x)
        assert psnr(got, self.x).mean() > psnr(close, self.x).mean() - 0.1
        torch.testing.assert_close(got, best_repair([close], self.x))

    def test_no_candidate_and_a_shape_that_does_not_fit_are_named(self):
        with pytest.raises(ValueError, match="candidates: got none"):
            best_repair([], self.x)
        with pytest.raises(ValueError, match="x_hat and x: got shapes"):
            best_repair([self.x[:2]], self.x)


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


class TestHoles:
    generator = torch.Generator().manual_seed(0)
    codes, held_out, more = torch.randn(3, 3000, 2, generator=generator)

    @pytest.mark.parametrize("share", [0.01, 0.1])
    def test_codes_of_the_same_kind_give_the_share_itself(self, share):
        got = hole_share(self.codes, self.held_out, self.more, share=share)
        assert got == pytest.approx(share, rel=0.5)

    def test_points_far_off_are_all_in_holes_and_codes_in_none(self):
        assert hole_share(self.codes, self.held_out, self.more + 100) == 1
        assert hole_share(self.codes, self.held_out, self.codes) == 0

    def test_a_hole_in_the_middle_is_seen(self):
        ring = torch.nn.functional.normalize(self.codes)
        fresh = torch.nn.functional.normalize(self.held_out)
        assert hole_share(ring, fresh, 0.8 * fresh) == 1

    def test_scale_does_not_matter(self):
        a = hole_share(self.codes, self.held_out, 2 * self.more)
        b = hole_share(7 * self.codes, 7 * self.held_out, 14 * self.more)
        assert a == pytest.approx(b, abs=0.002)
        assert a > 0.1

    def test_bad_shapes_are_named(self):
        with pytest.raises(
            ValueError, match=r"^held_out: got shape \(3000, 1\), wanted"
        ):
            hole_share(self.codes, self.held_out[:, :1], self.more)
        with pytest.raises(ValueError, match=r"^points: got shape \(0, 2\)"):
            hole_share(self.codes, self.held_out, self.more[:0])


def test_units_that_vary_are_active_and_no_others():
    mu = torch.randn(500, 6, generator=torch.Generator().manual_seed(0))
    scale = torch.tensor([1.0, 1.0, 0.5, 0.01, 0.0, 0.05])
    assert active_units(mu * scale + torch.tensor([0, 5, 0, 5, 3, 0])) == 3
    assert active_units(mu * 0) == 0
    assert active_units(mu, threshold=1e9) == 0
    with pytest.raises(ValueError, match=r"^mu: got shape \(1, 6\)"):
        active_units(mu[:1])


def test_rate_and_distortion_are_the_mean_losses_whatever_the_batches():
    torch.manual_seed(0)
    model, x = VAE(hidden_dim=16, latent_dim=3), torch.rand(7, 1, 28, 28)
    whole = rate_distortion(model, x)
    mu, logvar = model.encode(x)
    z = model.reparameterize(mu, logvar, generator=torch.Generator().manual_seed(0))
    assert whole[0] == pytest.approx(kl_divergence(mu, logvar).mean().item())
    recon = reconstruction_loss(model.decode(z), x).mean().item()
    assert whole[1] == pytest.approx(recon, rel=1e-5)
    assert rate_distortion(model, x, batch_size=2)[0] == pytest.approx(whole[0])
    assert rate_distortion(model, x, seed=1)[1] != whole[1]
    with pytest.raises(ValueError, match="^images: got none"):
        rate_distortion(model, x[:0])


def test_a_collapsed_encoder_has_no_rate():
    model = VAE(hidden_dim=4, latent_dim=3)
    for layer in (model.mu, model.logvar):
        torch.nn.init.zeros_(layer.weight)
        torch.nn.init.zeros_(layer.bias)
    assert rate_distortion(model, torch.rand(3, 784))[0] == 0


def test_labels_in_the_place_of_scores_are_refused():
    y, score = torch.tensor([0.0, 0, 1, 1]), torch.tensor([0.1, 0.4, 0.35, 0.8])
    for function in (auroc, roc_curve, average_precision):
        with pytest.raises(ValueError, match="^normal: it holds 0 and 1 alone"):
            function(y, score)
        with pytest.raises(ValueError, match="^anomalous: it holds 0 and 1 alone"):
            function(score, y)
    assert auroc(y, y) == 0.5  # an alarm of yes and no
    assert auroc(score[y == 0], score[y == 1]) == 0.75


def test_arrays_and_lists_do_as_well_as_tensors():
    assert auroc([0.1, 0.4], np.array([0.35, 0.8])) == 0.75
    z, labels = np.eye(4, dtype="f4"), [0, 0, 1, 1]
    assert knn_accuracy(z, labels, z, np.array(labels), k=1) == 1


def test_pictures_that_are_none_are_named():
    x = torch.zeros(2, 1, 28, 28, dtype=torch.uint8)
    for function in (reconstruction_error, relative_error, rate_distortion):
        with pytest.raises(
            ValueError, match=r"^images: got torch.uint8, wanted floats"
        ):
            function(VAE(), x)
    with pytest.raises(
        ValueError, match=r"^x: got shape \(2, 784\), wanted \(n, 1, 28"
    ):
        anomaly_score(torch.zeros(2, 784), torch.zeros(2, 784))


def test_an_error_has_no_noise_and_moves_no_statistics():
    vae = VAE(hidden_dim=8, latent_dim=2).train()
    x = torch.rand(3, 784)
    first = reconstruction_error(vae, x)
    assert torch.equal(first, reconstruction_error(vae, x))
    torch.testing.assert_close(
        first, reconstruction_loss(vae.decode(vae.encode(x)[0]), x, "mse").detach()
    )
    assert vae.training
