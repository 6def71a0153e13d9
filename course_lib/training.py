"""The training loop that every lesson uses, on one page."""

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from numbers import Integral

import torch
from torch import Tensor, nn
from tqdm.auto import tqdm

from course_lib.data import to_float


@dataclass(repr=False)
class History:
    """What a run measured, a mean over the training images for each whole epoch.

    `epochs` holds a dict for each: "loss", the quantity that was minimised, and its
    parts by name ("recon", "kl") where it has parts; all in the loss's own unit.
    """

    epochs: list[dict[str, float]] = field(default_factory=list)

    def __getitem__(self, name):
        """Return one quantity's values, an epoch each: history["loss"]."""
        return [means[name] for means in self.epochs]

    def __repr__(self):
        last = self.epochs[-1] if self.epochs else {}
        count = "1 epoch" if len(self.epochs) == 1 else f"{len(self.epochs)} epochs"
        parts = [f"{name} {mean:.2f}" for name, mean in last.items()]
        return f"History({', '.join([count, *parts])})"


class Stopped(KeyboardInterrupt):
    """Somebody stopped a training by hand; its history holds the whole epochs.

    It ends the cell as any interrupt does, so that no network which is half trained
    goes on into a comparison. In a notebook two sentences stand in place of the
    traceback.
    """

    def __init__(self, history: History, epochs: int):
        super().__init__(
            f"Stopped by hand in epoch {len(history.epochs) + 1} of {epochs}. The "
            "model keeps what it has learned so far. Run its cells again to start anew."
        )
        self.history = history

    def _render_traceback_(self):
        return [str(self)]  # what IPython shows


def fit(
    model: nn.Module,
    images: Tensor,
    loss: Callable,
    *,
    epochs: int,
    batch_size: int = 256,
    lr: float = 1e-2,
    seed: int = 0,
    device: str | torch.device = "auto",
    on_epoch: Callable[[nn.Module], object] | None = None,
    progress: bool = True,
    label: str = "",
) -> History:
    """Train the model in place on the images; return the History of the run.

    images: uint8 (n, ...), turned into floats in [0, 1] a batch at a time, or floats
    (n, ...), which get the model's precision. loss(model, x): one value an image, (n,),
    or a named tuple of such, the first of which is minimised, as losses.vae_loss gives
    it. epochs: passes over the images. lr: the peak of a one-cycle schedule (Smith &
    Topin 2018, arXiv:1708.07120). seed: fixes the order of the images and every draw in
    the loss. device: "auto" takes a CUDA or Apple GPU where there is one; the model
    comes back to where it was. on_epoch(model): called after each epoch, for one to
    watch, such as an explorer's refresh; the model is in eval mode there, and what it
    draws changes nothing here. progress: whether to show a bar, with the label before
    it, such as "network 2 of 7, 16 numbers".

    Ctrl-C, or a notebook's stop button, raises Stopped; the model keeps what it has
    learned. Raises ValueError for arguments that cannot work and FloatingPointError
    when the loss stops being a finite number.
    """
    _check_arguments(model, images, loss, epochs, batch_size, lr, on_epoch)
    first = next(model.parameters())
    home, dtype, device = first.device, first.dtype, choose_device(device)
    epochs, batch_size = int(epochs), int(batch_size)  # numpy's numbers do as well
    steps = epochs * math.ceil(len(images) / batch_size)
    history = History()
    shown = {"desc": label, "disable": not progress, "leave": False, "unit": "batch"}
    try:
        model.to(device).train()
        # A short memory of squared gradients (0.95 for 0.999) suits a run this short.
        optimizer = torch.optim.Adam(
            model.parameters(), lr, betas=(0.9, 0.95), fused=True
        )
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, max_lr=lr, total_steps=steps, cycle_momentum=False
        )
        with torch.random.fork_rng(), tqdm(total=steps, **shown) as bar:
            torch.manual_seed(seed)
            for epoch in range(epochs):
                sums = {}
                for indices in torch.randperm(len(images)).split(batch_size):
                    x = _floats(images[indices]).to(device, dtype)
                    values = _named(_call(loss, model, x), len(x))
                    mean = values["loss"].mean()  # the one place that averages
                    _check_finite(mean, epoch, lr)
                    optimizer.zero_grad()
                    _check_connected(model, mean)
                    mean.backward()
                    optimizer.step()
                    schedule.step()
                    for name, value in values.items():
                        sums[name] = sums.get(name, 0) + value.detach().sum()
                    bar.update()
                history.epochs.append(
                    {name: total.item() / len(images) for name, total in sums.items()}
                )
                bar.set_postfix(loss=f"{history['loss'][-1]:.2f}")
                if on_epoch is not None:
                    with torch.random.fork_rng():
                        on_epoch(model.eval())
                    model.train()
    except KeyboardInterrupt:
        raise Stopped(history, epochs) from None
    finally:
        model.to(home).eval()
    return history


def choose_device(device: str | torch.device = "auto") -> torch.device:
    """Return a torch.device; "auto" is CUDA, else Apple's GPU (mps), else the CPU."""
    if device == "auto":
        if torch.cuda.is_available():
            device = "cuda"
        else:
            device = "mps" if torch.backends.mps.is_available() else "cpu"
    try:
        return torch.empty(0, device=device).device
    except (RuntimeError, AssertionError, TypeError) as error:
        reason = str(error).splitlines()[0]
        raise ValueError(
            f'device: {device!r} cannot be used here ({reason}); wanted "auto", "cpu", '
            '"cuda" or "mps"'
        ) from None


def _floats(x):
    return to_float(x) if x.dtype == torch.uint8 else x


def _call(loss, model, x):
    """Call the loss; an error that comes of how it is called says how that is."""
    try:
        return loss(model, x)
    except (TypeError, AttributeError) as error:
        raise ValueError(
            "loss: it is called as loss(model, x), and that ended in "
            f"{type(error).__name__}: {error}. A loss of copies goes into a function "
            "of your own: def loss(model, x): return reconstruction_loss(model(x), x)"
        ) from error


def _named(values, n):
    """Return the loss's values by name, the one to minimise as "loss"."""
    if isinstance(values, Tensor):
        values = {"loss": values}
    elif hasattr(values, "_asdict"):
        first, *rest = values._asdict().items()
        values = {"loss": first[1], **dict(rest)}
    else:
        raise ValueError(
            f"loss: returned a {type(values).__name__}, wanted a tensor (n,) or a "
            "named tuple of them"
        )
    for name, value in values.items():
        if value.shape != (n,):
            raise ValueError(
                f"loss: {name} came with shape {tuple(value.shape)} for {n} images, "
                f"wanted ({n},), one value an image; fit does the averaging"
            )
    return values


def _check_finite(mean, epoch, lr):
    if not mean.isfinite():
        raise FloatingPointError(
            f"the loss became {mean.item()} in epoch {epoch + 1}. Try a smaller "
            f"learning rate (lr={lr / 10:g}); look for a logarithm of zero, a division "
            "by zero or an exp of a large number; see that the images lie in [0, 1]."
        )


def _check_connected(model, mean):
    if mean.requires_grad:
        return
    if not any(part.requires_grad for part in model.parameters()):
        raise ValueError(
            "model: all of its parameters are frozen (requires_grad is False), so "
            "there is nothing to train"
        )
    raise ValueError(
        "loss: no gradient reaches the model's parameters. Was something detached, "
        "turned into numpy or a number, or computed under torch.no_grad()?"
    )


def _check_arguments(model, images, loss, epochs, batch_size, lr, on_epoch):
    if not isinstance(model, nn.Module):
        raise ValueError(f"model: got {type(model).__name__}, wanted a torch module")
    if next(model.parameters(), None) is None:
        raise ValueError("model: it has no parameters to train")
    if not callable(loss):
        raise ValueError(
            f"loss: got {loss!r}, wanted a function that is called as loss(model, x)"
        )
    for name, value in (("epochs", epochs), ("batch_size", batch_size)):
        if isinstance(value, bool) or not isinstance(value, Integral) or value < 1:
            raise ValueError(f"{name}: got {value!r}, wanted a whole number from 1 up")
    if not 0 < lr < math.inf:
        raise ValueError(f"lr: got {lr!r}, wanted a number above 0")
    if on_epoch is not None and not callable(on_epoch):
        raise ValueError(f"on_epoch: got {on_epoch!r}, wanted a function of the model")
    if not isinstance(images, Tensor):
        raise ValueError(
            f"images: got {type(images).__name__}, wanted a torch tensor; "
            "torch.from_numpy makes one of an array"
        )
    came = f"images: got {images.dtype} of shape {tuple(images.shape)}"
    if images.ndim < 2 or not images.numel():
        raise ValueError(
            f"{came}, wanted at least one image, (n, 784) or (n, 1, 28, 28)"
        )
    if images.dtype == torch.uint8:
        return
    if not images.is_floating_point():
        raise ValueError(
            f"{came}, wanted uint8 or floats; bytes that are held as integers become "
            "images.to(torch.uint8)"
        )
    if not images.isfinite().all():
        raise ValueError(f"{came} with NaN or infinity in it, wanted finite numbers")
    if images[0].numel() == 784 and images.max() > 16:
        raise ValueError(
            f"{came} with values up to {images.max():g}, wanted [0, 1]; keep 0..255 as "
            "uint8, or divide by 255"
        )
    if images[0].numel() == 784 and images.min() < 0:
        warnings.warn(
            f"{came} with values down to {images.min():g}, as Normalize leaves them. "
            "The course's decoders end in a sigmoid and can draw nothing below 0: undo "
            "it, x = x * std + mean.",
            stacklevel=3,
        )
