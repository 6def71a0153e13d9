"""The training loop: an oracle, seeds, interruption, divergence, and bad input."""

import math
import time

import numpy as np
import pytest
import torch
from jupyter_client.manager import start_new_kernel
from torch import nn

from course_lib import training
from course_lib.losses import VAELoss, reconstruction_loss, vae_loss
from course_lib.models import VAE, Autoencoder
from course_lib.training import Stopped, choose_device, fit


def pictures(n=64, seed=0):
    """Images of 784 pixels that lie near a plane, so that a small code is enough."""
    generator = torch.Generator().manual_seed(seed)
    codes = torch.rand(n, 2, generator=generator)
    basis = torch.rand(2, 784, generator=generator)
    return (codes @ basis * 127).to(torch.uint8)


def squared_error(model, x):
    return reconstruction_loss(model(x), x, "mse")


def nats(model, x):
    x_hat, mu, logvar = model(x)
    return vae_loss(x_hat, x, mu, logvar)


def new_model(seed=0):
    torch.manual_seed(seed)
    return Autoencoder(hidden_dim=32, latent_dim=2)


def train(model=None, loss=squared_error, **options):
    model = model or new_model()
    options = {"epochs": 3, "batch_size": 16, "progress": False} | options
    return model, fit(model, pictures(), loss, **options)


def test_it_does_what_the_loop_written_out_does():
    model, history = train(seed=4)

    oracle, images = new_model(), pictures().float() / 255
    optimizer = torch.optim.Adam(oracle.parameters(), lr=1e-2, betas=(0.9, 0.95))
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=1e-2, total_steps=12, cycle_momentum=False
    )
    torch.manual_seed(4)
    means = []
    for _ in range(3):
        total = 0.0
        for indices in torch.randperm(64).split(16):
            loss = ((oracle(images[indices]) - images[indices]) ** 2).sum() / 16
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * 16
        means.append(total / 64)

    assert history["loss"] == pytest.approx(means, rel=1e-5)
    for ours, theirs in zip(model.parameters(), oracle.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)


def test_it_learns():
    _, history = train(epochs=60)
    assert history["loss"][-1] < 0.2 * history["loss"][0]


def test_the_last_batch_may_be_smaller_and_still_counts_by_its_images():
    model = new_model()
    history = fit(
        model, pictures(50), squared_error, epochs=1, batch_size=16, lr=1e-12,
        progress=False,
    )  # fmt: skip
    mean = squared_error(model, pictures(50).float() / 255).mean().item()
    assert history["loss"] == [pytest.approx(mean, rel=1e-4)]


@pytest.mark.parametrize("shape", [(64, 784), (64, 1, 28, 28)])
def test_bytes_and_floats_train_alike(shape):
    bytes_, floats = new_model(), new_model()
    x = pictures().reshape(shape)
    fit(bytes_, x, squared_error, epochs=2, progress=False)
    fit(floats, x.float() / 255, squared_error, epochs=2, progress=False)
    for a, b in zip(bytes_.parameters(), floats.parameters(), strict=True):
        assert torch.equal(a, b)


def test_the_same_seed_gives_the_same_numbers_and_another_gives_others():
    runs = []
    for seed in (0, 0, 1):
        torch.manual_seed(0)
        runs.append(train(VAE(hidden_dim=16, latent_dim=2), nats, seed=seed)[1].epochs)
    assert runs[0] == runs[1]
    assert runs[1] != runs[2]


def test_the_randomness_around_it_is_left_as_it_was():
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    model = new_model()
    torch.manual_seed(7)
    train(model)
    assert torch.equal(torch.rand(3), expected)


def test_the_history_holds_each_term_by_its_name():
    _, history = train(VAE(hidden_dim=16, latent_dim=2), nats)
    assert list(history.epochs[0]) == ["loss", "recon", "kl"]
    assert len(history["kl"]) == 3
    for means in history.epochs:
        assert means["loss"] == pytest.approx(means["recon"] + means["kl"], rel=1e-5)


def test_it_never_changes_the_images():
    images = pictures()
    before = images.clone()
    fit(new_model(), images, squared_error, epochs=1, progress=False)
    assert torch.equal(images, before)


def test_stopping_early_keeps_the_model_and_the_whole_epochs():
    calls = 0

    def stopped_by_hand(model, x):
        nonlocal calls
        calls += 1
        if calls == 10:
            raise KeyboardInterrupt
        return squared_error(model, x)

    model = new_model()
    with pytest.raises(Stopped, match="by hand in epoch 3 of") as stop:
        train(model, stopped_by_hand)
    assert isinstance(stop.value, KeyboardInterrupt)  # no fault
    assert len(stop.value.history.epochs) == 2  # four batches an epoch
    oracle, _ = train()
    assert not model.training
    untrained = new_model()
    assert not torch.equal(model.decoder[2].weight, untrained.decoder[2].weight)
    assert not torch.equal(model.decoder[2].weight, oracle.decoder[2].weight)


LOOP = """
import torch
from course_lib.models import Autoencoder
from course_lib.training import fit
x, done = torch.rand(4096, 784), []
for k in range(1, 8):
    model = Autoencoder(hidden_dim=32, latent_dim=k)
    fit(model, x, lambda m, x: (m(x) - x).square().sum(1), epochs=10_000,
        label="network %d of 7" % k)
    done.append(model)
"""


def answer(client, cell):
    """Return what a kernel replied to the execution of this cell."""
    while (reply := client.get_shell_msg(timeout=60))["parent_header"][
        "msg_id"
    ] != cell:
        pass
    return reply["content"]


@pytest.mark.slow
def test_the_stop_button_ends_a_loop_of_trainings():
    """A kernel is driven as JupyterLab drives it: Stop interrupts it."""
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        cell = client.execute(LOOP)
        while "network 1 of 7" not in str(client.get_iopub_msg(timeout=60)["content"]):
            pass  # until the bar is there, with its label
        started = time.monotonic()
        manager.interrupt_kernel()
        reply = answer(client, cell)
        assert time.monotonic() - started < 2
        assert reply["ename"] == "Stopped"
        (shown,) = reply["traceback"]
        assert shown.startswith("Stopped by hand in epoch ")
        cell = client.execute("assert not done and not model.training")
        assert answer(client, cell)["status"] == "ok"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_loss_that_is_no_number_stops_with_advice(bad):
    model = new_model()

    def breaks_in_epoch_two(model, x, calls=[]):  # noqa: B006
        calls.append(1)
        return squared_error(model, x) * (bad if len(calls) > 5 else 1)

    with pytest.raises(
        FloatingPointError, match=r"became (nan|inf) in epoch 2.*lr=0\.001"
    ):
        train(model, breaks_in_epoch_two)
    assert all(p.isfinite().all() for p in model.parameters())


def test_the_model_comes_back_to_its_device_and_to_eval_mode():
    model, _ = train(device="cpu")
    assert not model.training
    assert {p.device.type for p in model.parameters()} == {"cpu"}


def test_on_epoch_sees_the_model_after_each_epoch_and_changes_nothing():
    seen = []

    def watch(model):
        seen.append((model.training, model.decoder[0].weight.detach().clone()))
        torch.randn(1000)

    model, history = train(on_epoch=watch)
    alone, without = train()
    assert [training for training, _ in seen] == [False] * 3
    assert not torch.equal(seen[0][1], seen[1][1])
    assert torch.equal(seen[2][1], model.decoder[0].weight)
    assert history.epochs == without.epochs
    assert torch.equal(model.decoder[0].weight, alone.decoder[0].weight)


@pytest.mark.skipif(choose_device().type == "cpu", reason="no GPU on this machine")
def test_a_gpu_reaches_what_the_cpu_reaches():
    model, history = train(epochs=60)
    assert history["loss"][-1] == pytest.approx(
        train(epochs=60, device="cpu")[1]["loss"][-1], rel=0.2
    )
    assert {p.device.type for p in model.parameters()} == {"cpu"}


def test_auto_takes_the_best_device_there_is(monkeypatch):
    asked = []
    monkeypatch.setattr(
        torch, "empty", lambda *_, device: asked.append(device) or torch.zeros(0)
    )
    for cuda, mps in ((True, True), (False, True), (False, False)):
        monkeypatch.setattr(torch.cuda, "is_available", lambda c=cuda: c)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda m=mps: m)
        choose_device()
    assert asked == ["cuda", "mps", "cpu"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epochs": 0}, "epochs: got 0, wanted a whole number from 1 up"),
        ({"epochs": 1.5}, "epochs: got 1.5"),
        ({"batch_size": -4}, "batch_size: got -4"),
        ({"on_epoch": 5}, "on_epoch: got 5, wanted a function"),
        ({"lr": 0}, "lr: got 0, wanted a number above 0"),
        ({"lr": math.nan}, "lr: got nan"),
        ({"device": "quantum"}, "device: 'quantum' cannot be used here"),
        ({"model": nn.ReLU()}, "model: it has no parameters"),
        (
            {"loss": lambda m, x: squared_error(m, x).mean()},
            r"loss: .*shape \(\) for 16",
        ),
        ({"loss": lambda m, x: 3.0}, "loss: returned a float"),
        (
            {"loss": lambda m, x: VAELoss(squared_error(m, x), x.sum(), x.sum())},
            "loss: recon came with shape",
        ),
    ],
)
def test_options_that_cannot_be_are_named(options, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        train(**options)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (torch.zeros(10, dtype=torch.int64), r"int64 of shape \(10,\), wanted"),
        (torch.zeros(10, 784, dtype=torch.int64), r"images\.to\(torch\.uint8\)"),
        (torch.zeros(0, 1, 28, 28), r"shape \(0, 1, 28, 28\)"),
        (torch.full((5, 784), torch.nan), "with NaN"),
        (torch.full((5, 784), 255.0), "values up to 255"),
        ([[0.0]], "got list"),
    ],
)
def test_images_that_cannot_be_are_named(images, message):
    with pytest.raises(ValueError, match=f"^images: .*{message}"):
        fit(new_model(), images, squared_error, epochs=1)


def test_progress_is_shown_when_asked_and_leaves_nothing_behind(capsys, monkeypatch):
    from tqdm import tqdm

    monkeypatch.setattr(training, "tqdm", tqdm)
    train(progress=True)
    shown = capsys.readouterr().err
    assert "12/12" in shown
    assert shown.split("\r")[-1].strip() == ""
    train(progress=False)
    assert capsys.readouterr().err == ""


LOSSES = {
    "a loss of torch's": (
        nn.MSELoss(),
        r"called as loss\(model, x\), and that ended in ",
    ),
    "our loss of copies": (vae_loss, r"called as loss\(model, x\), and .* TypeError: "),
    "a word": ("mse", "got 'mse', wanted a function that is called as loss"),
    "detached": (
        lambda model, x: squared_error(model, x).detach(),
        "no gradient reaches the model's parameters",
    ),
    "of another model": (
        lambda model, x: reconstruction_loss(x.roll(1, 1), x, "mse"),
        "no gradient reaches the model's parameters",
    ),
}


@pytest.mark.parametrize(("loss", "said"), LOSSES.values(), ids=LOSSES)
def test_a_loss_that_cannot_teach_is_named(loss, said):
    with pytest.raises(ValueError, match=f"^loss: .*{said}"):
        train(loss=loss)


def test_a_frozen_model_and_what_is_none_are_named():
    frozen = new_model().requires_grad_(False)
    with pytest.raises(ValueError, match="^model: all of its parameters are frozen"):
        train(frozen)
    with pytest.raises(ValueError, match="^model: got function, wanted a torch module"):
        fit(squared_error, pictures(), squared_error, epochs=1)


def test_floats_of_any_precision_train_alike():
    images, once = pictures().float() / 255, {"epochs": 1, "progress": False}
    first = fit(new_model(), images, squared_error, **once)
    model = new_model()
    second = fit(model, images.double(), squared_error, **once)
    assert first["loss"] == pytest.approx(second["loss"], rel=1e-6)
    assert next(model.parameters()).dtype == torch.float32


def test_sizes_may_be_numpys():
    _, history = train(epochs=np.int64(2), batch_size=np.int32(16))
    assert len(history["loss"]) == 2
    assert Autoencoder(latent_dim=np.int64(3)).decoder[0].in_features == 3


def test_pictures_around_zero_are_warned_of():
    images = pictures().float() / 127.5 - 1
    with pytest.warns(UserWarning, match="down to -1, as Normalize leaves them"):
        fit(new_model(), images, squared_error, epochs=1, progress=False)
