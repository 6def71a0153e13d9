"""Load the course's pictures: MNIST, Fashion-MNIST, digits, sprites in white or colour.

`load("mnist", fallback="digits")` is what the lessons call. Environment variables steer
it: `COURSE_DATA` names a folder laid out as torchvision does (`MNIST/raw/…`),
`COURSE_OFFLINE=1` forbids downloading, and `COURSE_PATIENCE=60` gives a slow network 60
seconds to answer, not 4.
"""

import os
import tempfile
from pathlib import Path
from types import ModuleType

import platformdirs

from course_lib.data import digits, sprites
from course_lib.data.dataset import Dataset, Split, title, to_float
from course_lib.data.download import DataError, complete
from course_lib.data.torchvision_datasets import import_datasets

__all__ = ["NAMES", "DataError", "Dataset", "Split", "folder", "load", "to_float"]

COURSE = "autoencoder-course"
LOCAL = {  # what needs no download
    "digits": digits.make,
    "sprites": sprites.make,
    "sprites-colour": sprites.make_in_colour,
}
NAMES = ("mnist", "fashion-mnist", *LOCAL)


def load(
    name: str = "mnist",
    *,
    root: str | os.PathLike | None = None,
    fallback: str | None = None,
    offline: bool | None = None,
) -> Dataset:
    """Load a data set by its name, one of NAMES.

    mnist (LeCun et al., 1998) and fashion-mnist (Xiao et al., 2017) come through
    torchvision and are downloaded once, into `folder(root)`. digits (Alpaydin and
    Kaynak, 1998), sprites (after dSprites, Matthey et al., 2017) and sprites-colour,
    the same shapes each in a hue of its own, need neither a folder nor a network. All
    have grey pictures, (1, 28, 28), but sprites-colour, (3, 28, 28).

    With a `fallback`, that set is taken where the first cannot be had, and a printed
    line says which it was and why. offline: whether downloading is forbidden; None asks
    the environment for `COURSE_OFFLINE`.

    Raises ValueError for an unknown name or a named folder that is not there, and
    DataError if the set cannot be had: no network, no room, a damaged file, a
    torchvision that does not import. In the course's cache folder a damaged file is
    fetched again; in a folder that you named it is reported and left as it is.
    """
    _check_name("name", name)
    if fallback is not None:
        _check_name("fallback", fallback)
    if fallback == name:
        raise ValueError(f"fallback: got {name!r}, the same as name; wanted another")
    because = ""
    try:
        dataset = _load(name, root, offline)
    except DataError as error:
        if fallback is None:
            raise
        dataset = load(fallback, root=root, offline=offline)
        because = f", because {title(name)} could not be had: {error.reason}"
    if fallback is not None:
        print(f"Data: {dataset}{because}")
    return dataset


def folder(root: str | os.PathLike | None = None) -> Path:
    """Return the folder that sets are read from and downloaded into.

    It is `root`, or else `COURSE_DATA`, or else a cache folder of the user's. Raises
    ValueError where one was named and is not there, or lies too deep (`…/MNIST/raw`).
    """
    source, named = "root", root
    if root is None:
        source, named = "COURSE_DATA", os.environ.get("COURSE_DATA") or None
        if named is None:
            return _cache()
    if not isinstance(named, str | os.PathLike) or not os.fspath(named):
        raise ValueError(f"{source}: got {named!r}; wanted the name of a folder")
    path = Path(named).expanduser().absolute()
    if not path.is_dir():
        raise ValueError(f"{source}: there is no folder {path}; create or correct it")
    _check_depth(source, path)
    return path


def _check_depth(argument: str, path: Path) -> None:
    """Refuse a folder that lies too deep, or has a set's files in no folder."""
    files = "*-images-idx3-ubyte*"
    if any(path.glob("*MNIST/")):
        return
    if any(path.glob(f"raw/{files}")):
        mend = f"name {path.parent}"
    elif any(path.glob(files)):
        deep = path.name == "raw"
        mend = f"name {path.parents[1]}" if deep else f"move them to {path}/MNIST/raw"
    else:
        return
    wanted = "wanted the folder above MNIST/raw/…, where the files lie"
    raise ValueError(f"{argument}: got {path}; {wanted}: {mend}")


def _check_name(argument: str, name: str) -> None:
    if not isinstance(name, str) or name not in NAMES:
        raise ValueError(f"{argument}: got {name!r}; wanted one of {', '.join(NAMES)}")


def _cache() -> Path:
    try:
        path = platformdirs.user_cache_path(COURSE, appauthor=False)
    except RuntimeError:  # a user without a home, as in some containers
        path = Path()
    return path if path.is_absolute() else Path(tempfile.gettempdir(), COURSE)


def _load(name: str, root: str | os.PathLike | None, offline: bool | None) -> Dataset:
    if name in LOCAL:
        return LOCAL[name]()
    return _from_torchvision(name, root, offline)


def _torchvision() -> ModuleType:
    """Import torchvision's data sets; a DataError says that they do not import."""
    try:
        return import_datasets()
    except Exception as error:  # of a library that is missing or broken, it may be any
        advice = 'Ask the doctor how to mend it, or load("digits").'
        reason = f"torchvision does not import: {error}"
        raise DataError(reason, advice) from error


def _from_torchvision(
    name: str, root: str | os.PathLike | None, offline: bool | None
) -> Dataset:
    """Load a set through torchvision's class: its mirrors, checksums and reader.

    Only the fetching is the course's own: torchvision's may wait for ever.
    """
    top = folder(root)
    kind = getattr(_torchvision(), title(name).replace("-", ""))
    raw = top / kind.__name__ / "raw"
    complete(raw, kind.resources, kind.mirrors, mend=top == _cache(), offline=offline)
    splits = []
    for part in ("train", "t10k"):
        read = kind(top, train=part == "train")
        if len(read.data) != len(read.targets):
            counts = f"{len(read.data):,} images and {len(read.targets):,} labels"
            advice = f"Delete the {part} files, and the next load downloads them again."
            raise DataError(f"{raw} has {counts} for {part}", advice)
        splits.append(Split(read.data.unsqueeze(1), read.targets))
    classes = tuple(label.split(" - ")[0] for label in kind.classes)
    return Dataset(name, *splits, f"from {top}", classes)
