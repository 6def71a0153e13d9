"""Small pretrained models for the explorers, each with a card that says what it is."""

import hashlib
import json
from pathlib import Path

from safetensors.torch import load as load_tensors
from torch import nn

from course_lib.checkpoints.recipes import RECIPES
from course_lib.data import Dataset, Split

FILES = Path(__file__).parent / "files"


def names() -> list[str]:
    """Return the names of all checkpoints, such as "vae-2d"."""
    return list(RECIPES)


def load(name: str, dataset: Dataset | None = None) -> nn.Module:
    """Return a checkpoint's model, ready to use, in eval mode on the CPU.

    name: one of names(). dataset: what the model is to have been trained on. Without
    one, or with MNIST, it is read from its file; for any other data set a model of the
    same kind is trained here and now, which takes a second or two on `digits`.

    Raises ValueError on an unknown name or a file that has changed.
    """
    if name not in RECIPES:
        raise ValueError(f"name: got {name!r}, wanted one of {', '.join(RECIPES)}")
    if dataset is not None and not isinstance(dataset, Dataset):
        raise ValueError(
            f"dataset: got {type(dataset).__name__}, wanted what data.load returns"
        )
    recipe = RECIPES[name]
    if dataset is not None and dataset.name != "mnist":
        return recipe.train(dataset)
    model = recipe.build()
    tensors = _read(name)
    model.load_state_dict({key: value.float() for key, value in tensors.items()})
    return model.eval()


def card(name: str) -> dict:
    """Return a checkpoint's card: its data, recipe, metrics and its file's sha256."""
    path = FILES / f"{name}.json"
    if name not in [*RECIPES, "examples"] or not path.exists():
        raise ValueError(f"name: no checkpoint {name!r}, wanted one of {names()}")
    return json.loads(path.read_text(encoding="utf-8"))


def examples() -> Split:
    """Return 1,000 of MNIST's test images, 100 of each digit, as a Split.

    They travel with the package, so that an explorer opens with no data set at hand.
    """
    tensors = _read("examples")
    return Split(tensors["images"], tensors["labels"].long())


def _read(name):
    """Return a file's tensors after a look at its fingerprint."""
    content = (FILES / f"{name}.safetensors").read_bytes()
    if hashlib.sha256(content).hexdigest() != card(name)["sha256"]:
        raise ValueError(
            f"name: the file of {name!r} is not the one that its card describes. "
            "Bring it back with `git checkout course_lib/checkpoints`, or train all "
            "anew with `make checkpoints`"
        )
    return load_tensors(content)
