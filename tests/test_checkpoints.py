"""The checkpoints: their cards tell the truth, and other data gets its own models."""

import shutil

import pytest
import torch

from course_lib import checkpoints, data
from course_lib.checkpoints.recipes import RECIPES, Recipe, measure, squared_error
from course_lib.models import Autoencoder, LinearAutoencoder

each = pytest.mark.parametrize("name", checkpoints.names())


def test_they_are_small_and_never_pickled():
    files = list(checkpoints.FILES.iterdir())
    assert sum(path.stat().st_size for path in files) < 12e6
    assert {path.suffix for path in files} == {".safetensors", ".json"}
    assert {path.stem for path in files} == {*checkpoints.names(), "examples"}


@each
def test_a_card_holds_what_its_recipe_says(name):
    card, recipe = checkpoints.card(name), RECIPES[name]
    assert card["model"] == recipe.kind.__name__
    assert card["sizes"] == recipe.sizes
    assert (card["epochs"], card["seed"]) == (recipe.epochs, recipe.seed)
    assert card["data"]["train images"] == 60_000
    assert len(card["data"]["train sha256"]) == 64
    assert card["command"] == "make checkpoints"


@each
def test_it_does_as_well_as_its_card_says(name):
    model, recipe, card = checkpoints.load(name), RECIPES[name], checkpoints.card(name)
    assert not model.training
    measured = measure(recipe, model, checkpoints.examples())
    assert measured == pytest.approx(card["examples metrics"], abs=0.02)


@each
def test_half_precision_costs_less_than_a_tenth(name):
    card = checkpoints.card(name)
    before = card["test metrics before float16"]
    assert before == pytest.approx(card["test metrics"], abs=0.1)


@each
def test_it_does_as_well_on_the_whole_test_set(name):
    try:
        mnist = data.load("mnist", offline=True)
    except data.DataError as error:
        pytest.skip(f"MNIST is not on this machine: {error.reason}")
    measured = measure(RECIPES[name], checkpoints.load(name), mnist.test)
    assert measured == pytest.approx(checkpoints.card(name)["test metrics"], abs=0.02)


def test_the_examples_are_a_hundred_of_each_digit():
    examples = checkpoints.examples()
    assert examples.images.shape == (1000, 1, 28, 28)
    assert examples.images.dtype == torch.uint8
    assert examples.labels.bincount().tolist() == [100] * 10


def test_the_models_are_good():
    """Loose limits that a wrong model would miss by far."""
    error = {n: checkpoints.card(n)["test metrics"] for n in checkpoints.names()}
    assert error["vae-20"]["total"] < 105  # nats an image; the textbook's loop: 105.4
    assert error["vae-2d"]["total"] < 152
    assert error["pca-32"]["squared error"] == pytest.approx(13.2, abs=0.1)
    sizes = [n for n in checkpoints.names() if n.startswith("bottleneck")]
    errors = [error[name]["squared error"] for name in sizes]
    assert errors == sorted(errors, reverse=True)
    betas = [n for n in checkpoints.names() if n.startswith("beta")]
    rates = [error[name]["kl"] for name in betas]
    assert rates == sorted(rates, reverse=True)


def test_a_changed_file_is_refused(tmp_path, monkeypatch):
    for path in checkpoints.FILES.glob("pca-32.*"):
        shutil.copy(path, tmp_path)
    monkeypatch.setattr(checkpoints, "FILES", tmp_path)
    checkpoints.load("pca-32")
    content = bytearray((tmp_path / "pca-32.safetensors").read_bytes())
    content[-1] ^= 1
    (tmp_path / "pca-32.safetensors").write_bytes(content)
    with pytest.raises(
        ValueError, match="the file of 'pca-32' is not the one .*git checkout"
    ):
        checkpoints.load("pca-32")


def test_other_data_gets_a_model_of_the_same_kind_trained_on_it():
    digits = data.load("digits")
    there = checkpoints.load("bottleneck-8")
    here = checkpoints.load("bottleneck-8", digits)
    assert type(here) is type(there)
    assert here.decoder[0].in_features == 8
    x = data.to_float(digits.test.images)
    with torch.no_grad():
        error = {m: squared_error(m, x).mean() for m in (here, there)}
    assert error[here] < 0.8 * error[there]
    again = checkpoints.load("bottleneck-8", digits)
    assert torch.equal(again.decoder[0].weight, here.decoder[0].weight)


def test_a_recipe_for_one_digit_sees_no_other(monkeypatch):
    seen = {}

    def watch(model, images, loss, **options):
        seen["n"] = len(images)

    monkeypatch.setattr("course_lib.checkpoints.recipes.fit", watch)
    digits = data.load("digits")
    Recipe(Autoencoder, {}, squared_error, 1, digit=4).train(digits)
    assert seen["n"] == (digits.train.labels == 4).sum()


def test_bad_names_and_data_are_named():
    with pytest.raises(
        ValueError, match=r"^name: got 'vae-3d', wanted one of .*vae-2d"
    ):
        checkpoints.load("vae-3d")
    with pytest.raises(ValueError, match=r"^dataset: got str, wanted what data.load"):
        checkpoints.load("vae-2d", "digits")
    with pytest.raises(ValueError, match=r"^name: no checkpoint 'x'"):
        checkpoints.card("x")


class TestPCA:
    x = torch.rand(300, 784, generator=torch.Generator().manual_seed(0))

    def test_it_agrees_with_scikit_learn(self):
        from sklearn.decomposition import PCA

        model = LinearAutoencoder(latent_dim=5).set_to_pca(self.x)
        theirs = PCA(5, svd_solver="full").fit(self.x.numpy())
        wanted = theirs.inverse_transform(theirs.transform(self.x.numpy()))
        with torch.no_grad():
            got = model(self.x)
            codes = model.encode(self.x)
        assert torch.allclose(got, torch.tensor(wanted), atol=1e-4)
        variance = torch.tensor(theirs.explained_variance_)
        assert torch.allclose(codes.var(dim=0), variance, rtol=1e-3)

    def test_the_first_components_alone_are_a_smaller_pca(self):
        large = LinearAutoencoder(latent_dim=5).set_to_pca(self.x)
        small = LinearAutoencoder(latent_dim=2).set_to_pca(self.x)
        with torch.no_grad():
            z = large.encode(self.x)
            z[:, 2:] = 0
            assert torch.allclose(large.decode(z), small(self.x), atol=1e-4)

    def test_too_few_images_are_refused(self):
        with pytest.raises(ValueError, match=r"^images: got shape \(5, 784\), wanted"):
            LinearAutoencoder(latent_dim=5).set_to_pca(self.x[:5])
