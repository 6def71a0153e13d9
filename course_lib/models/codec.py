"""What a model is to the rest of the course: a code, perhaps a posterior, a picture."""

from collections.abc import Callable, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.distributions import Independent, Normal

WANTED = (
    "wanted a code z, (n, latent_dim), or a Gaussian's (mu, logvar), (n, latent_dim) "
    "each"
)


class Codec:
    """A model's encoder and decoder, whatever its methods return.

    model: what has encode(x) and decode(z), a torch module or not; or, without one,
    encode and decode: two functions. picture: the shape (c, h, w) of the images x.

    encode may return the code z itself, (n, latent_dim); (mu, logvar), two floats of
    one shape, as a tuple, a list, a dict or an object with these names, or a Normal of
    torch.distributions; or a code beside indices and single numbers, as quantised codes
    come. x reaches it as (n, c, h, w), or flat, (n, c·h·w), where it wants that.

    latent_dim: how many numbers a code has. is_gaussian: whether there is a posterior,
    N(mu, sigma²), and with it the prior N(0, I). picture, picture_out: the shapes
    (c, h, w) that go in and come out. name: of the model, for people.

    Raises ValueError on what is no model, or returns what cannot be read.
    """

    def __init__(
        self,
        model: Any = None,
        *,
        encode: Callable | None = None,
        decode: Callable | None = None,
        picture: tuple[int, int, int] = (1, 28, 28),
        argument: str = "model",
    ):
        if (encode is None) != (decode is None):
            raise ValueError("encode, decode: got only one, wanted both or neither")
        self.model, self.picture, self._argument = model, tuple(picture), argument
        self._encode = getattr(model, "encode", None) if encode is None else encode
        self._decode = getattr(model, "decode", None) if decode is None else decode
        if not (callable(self._encode) and callable(self._decode)):
            raise ValueError(
                f"{argument}: got {type(model).__name__}, wanted a model with "
                "encode(x) and decode(z), such as models.VAE, or two functions, "
                "encode=… and decode=…"
            )
        # What compile wraps is still the student's own class.
        inner = getattr(model, "_orig_mod", model)
        self.name = "your model" if model is None else type(inner).__name__
        self._flat = False
        code, self.is_gaussian = self._first_code()
        self._code_shape = code.shape[1:]
        self.latent_dim = self._code_shape.numel()
        self.picture_out = self._shape_out(self._first_picture(code))

    def code(self, x: Tensor) -> Tensor:
        """Return the code of each image without noise, (n, latent_dim): z, or mu."""
        return self._read(self._call(self._encode, self._fit(x)))[0].flatten(1)

    def posterior(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return mu and logvar of q(z | x), (n, latent_dim) each.

        Raises ValueError for a model whose codes are no Gaussians.
        """
        mu, logvar = self._read(self._call(self._encode, self._fit(x)))
        if logvar is None:
            raise ValueError(
                f"{self._argument}: got {self.name}, wanted a VAE, whose encode(x) "
                "gives (mu, logvar)"
            )
        return mu.flatten(1), logvar.flatten(1)

    def decode(self, z: Tensor) -> Tensor:
        """Return the pictures (n, c, h, w), of shape picture_out, of codes z."""
        z = z.reshape(-1, *self._code_shape)
        x_hat = self._call(self._decode, z)
        return x_hat.reshape(-1, *self.picture_out)

    def _fit(self, x):
        x = x.reshape(-1, *self.picture)
        return x.flatten(1) if self._flat else x

    def _call(self, function, x):
        """Call a function in eval mode, on the model's own device and in its dtype."""
        like = next(_parameters(self.model), None)
        x = x.float() if like is None else x.to(like)
        with evaluating(self.model), torch.no_grad():
            return _map(function(x), lambda t: t.float().cpu())

    def _read(self, found):
        """Return a code and its logvar, or None where it has none."""
        if isinstance(found, Independent):
            found = found.base_dist
        if isinstance(found, Normal):
            found = found.loc, 2 * found.scale.log()
        for names in (("mu", "logvar"), ("z",)):
            if parts := _named(found, names):
                found = parts
                break
        parts = list(found) if isinstance(found, tuple | list) else [found]
        floats = [p for p in parts if _is_code(p)]
        rest = [p for p in parts if not _is_code(p)]
        beside = all(torch.is_tensor(p) and (_is_index(p) or p.ndim == 0) for p in rest)
        if len(floats) == 1 and parts[0] is floats[0] and beside:
            return floats[0], None
        if len(floats) == 2 and not rest and floats[0].shape == floats[1].shape:
            return floats[0], floats[1]
        raise ValueError(f"{self._argument}: encode returned {_told(found)}, {WANTED}")

    def _first_code(self):
        """Return the code of a blank picture, and whether it is a Gaussian's mean.

        The form that the model wants its pictures in is found here, once.
        """
        blank = torch.zeros(1, *self.picture)
        try:
            found = self._call(self._encode, self._fit(blank))
        except Exception as first:
            self._flat = True
            try:
                found = self._call(self._encode, self._fit(blank))
            except Exception as second:
                raise ValueError(
                    f"{self._argument}: encode takes pictures neither as "
                    f"{tuple(blank.shape)} ({_why(first)}) nor as "
                    f"{tuple(self._fit(blank).shape)} ({_why(second)})"
                ) from first
        code, logvar = self._read(found)
        return code, logvar is not None

    def _first_picture(self, code):
        try:
            x_hat = self._call(self._decode, code)
        except Exception as error:
            raise ValueError(
                f"{self._argument}: decode cannot take the code that encode returned, "
                f"{tuple(code.shape)}: {_why(error)}"
            ) from error
        if not torch.is_tensor(x_hat) or len(x_hat) != 1:
            raise ValueError(
                f"{self._argument}: decode returned {_told(x_hat)} for one code, "
                "wanted its picture alone"
            )
        return x_hat

    def _shape_out(self, x_hat):
        if x_hat.ndim == 4:
            return tuple(x_hat.shape[1:])
        pixels, (c, h, w) = x_hat.numel(), self.picture
        if pixels == c * h * w:
            return self.picture
        if square := _square(pixels):
            return square
        raise ValueError(
            f"{self._argument}: its pictures have {pixels} pixels, not {c * h * w}"
        )


def codec_for(model: Any, images: Tensor) -> Codec:
    """Return a model's Codec for images (n, c, h, w) or flat ones, (n, d)."""
    pixels = images[0].numel()
    flat = _square(pixels) or (1, 1, pixels)
    return Codec(model, picture=images.shape[1:] if images.ndim == 4 else flat)


def reconstruct(model: Any, x: Tensor) -> Tensor:
    """Return the copies x_hat, (n, d), of images x, without noise and in eval mode.

    model: one with encode and decode, whose code is mu where that is a Gaussian; or any
    other function of x that returns copies. x: floats, (n, d) or (n, c, h, w).
    """
    if callable(getattr(model, "encode", None)):
        codec = codec_for(model, x)
        return codec.decode(codec.code(x)).flatten(1)
    with evaluating(model), torch.no_grad():
        return model(x).flatten(1)


@contextmanager
def evaluating(model: Any):
    """Hold a model in eval mode; each of its parts then goes back to its own mode."""
    parts = list(model.modules()) if isinstance(model, nn.Module) else []
    modes = [part.training for part in parts]
    try:
        for part in parts:
            part.training = False
        yield
    finally:
        for part, mode in zip(parts, modes, strict=True):
            part.training = mode


def _square(pixels):
    """Return the shape of a square grey picture of so many pixels, or None."""
    side = round(pixels**0.5)
    return (1, side, side) if side**2 == pixels else None


def _parameters(model):
    return model.parameters() if isinstance(model, nn.Module) else iter(())


def _map(found, change):
    """Change all floats in what a model returned, whatever holds them."""
    if torch.is_tensor(found):
        return change(found) if found.is_floating_point() else found.cpu()
    if isinstance(found, Mapping):
        return {name: _map(part, change) for name, part in found.items()}
    if hasattr(found, "_fields"):  # a named tuple
        return type(found)(*(_map(part, change) for part in found))
    if isinstance(found, tuple | list):
        return type(found)(_map(part, change) for part in found)
    return found


def _named(found, names):
    """Return the parts of a dict or an object that go by these names, if all are."""
    if torch.is_tensor(found):
        return None
    get = found.get if isinstance(found, Mapping) else lambda n: getattr(found, n, None)
    parts = [get(name) for name in names]
    return parts if all(map(torch.is_tensor, parts)) else None


def _is_code(part):
    return torch.is_tensor(part) and part.is_floating_point() and part.ndim >= 2


def _is_index(part):
    return not part.is_floating_point() and not part.is_complex()


def _told(found):
    """Put what a model returned into words: kinds and shapes."""
    if torch.is_tensor(found):
        return f"{str(found.dtype).removeprefix('torch.')} {tuple(found.shape)}"
    if isinstance(found, Mapping):
        return f"{{{', '.join(f'{k!r}: {_told(v)}' for k, v in found.items())}}}"
    if isinstance(found, tuple | list):
        return f"({', '.join(map(_told, found))})"
    return type(found).__name__


def _why(error):
    lines = str(error).splitlines() or [""]
    return f"{type(error).__name__}: {lines[0]}"
