"""Import torchvision's data sets, even where its compiled part does not fit torch."""

import re
import sys
from types import ModuleType

import torch

_SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"


def import_datasets() -> ModuleType:
    """Return `torchvision.datasets`; the first call takes about a second.

    A torchvision built for CUDA cannot load its operators beside a CPU build of torch,
    and its import then fails with "operator torchvision::nms does not exist"
    (pytorch/vision#8985). The course needs only the Python part, so the operators that
    are missing are declared, without code behind them, and the import is tried again.
    Where torchvision's own operators load, nothing is declared: declaring one first
    would clash with them.
    """
    try:
        from torchvision import datasets
    except RuntimeError as error:
        if not re.search(r"operator torchvision::\w+ does not exist", str(error)):
            raise
        # Python drops the modules that failed, but not those that they had imported.
        for module in [m for m in sys.modules if m.startswith("torchvision.")]:
            del sys.modules[module]
        for name in ("nms", "qnms"):
            if not hasattr(torch.ops.torchvision, name):
                torch.library.define(f"torchvision::{name}", _SCHEMA)
        from torchvision import datasets
    return datasets
