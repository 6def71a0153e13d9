"""What does training run on, and does it leave the cores to other kernels?"""

import os

from course_lib.doctor.findings import Advice

SPINS = "GOMP_SPINCOUNT"


def check_device():
    """There is something to compute on; say what and how wide."""
    import torch

    from course_lib.training import choose_device

    return f"training uses {choose_device()}, {torch.get_num_threads()} CPU threads"


def check_threads():
    """Two kernels can train at once: threads that wait leave the cores to others."""
    import torch
    from threadpoolctl import threadpool_info

    # Of the runtimes that torch may have, only GNU's waits by spinning for so long.
    runtimes = {one["prefix"] for one in threadpool_info()}
    patient = os.environ.get("OMP_WAIT_POLICY", "").lower() == "passive"
    if "libgomp" not in runtimes or torch.get_num_threads() == 1 or patient:
        return "its threads need no setting"
    if SPINS not in os.environ:
        raise Advice(
            f"{SPINS} is not set: two notebooks that train at once slow each other "
            "down 4 to 38 times",
            f"Start JupyterLab by `make lab`, or set {SPINS}=1000 before you start it.",
        )
    return f"its threads wait as {SPINS}={os.environ[SPINS]} says"
