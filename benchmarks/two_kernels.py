"""Let two kernels of one JupyterLab train at once, and time each against alone.

    make bench-kernels     or     GOMP_SPINCOUNT=1000 python -m benchmarks.two_kernels

Each trains the textbook VAE for three epochs on 15,360 drawn pictures: first one kernel
after the other, then both at the same time, for which each may take three times as
long. The kernels take the environment as it is; to compare, name others, of which each
is a row of its own, with "default" for none of these variables:

    make bench-kernels ARGS="default GOMP_SPINCOUNT=10000 OMP_WAIT_POLICY=passive"

Other work on the machine spoils the figures: see that the load is low, and repeat.
"""

import argparse
import asyncio
import os
import sys
import time

from benchmarks.kernels import LESSONS, conditions, loop, serving

LIMIT = 3
RUNTIME = ("OMP_", "GOMP_", "KMP_")  # what the variables of OpenMP's begin with
PREPARE = """
import torch
from course_lib import losses, models, training
x = torch.randint(0, 256, (15_360, 1, 28, 28), dtype=torch.uint8)
def loss(model, x):
    x_hat, mu, logvar = model(x)
    return losses.vae_loss(x_hat, x, mu, logvar)
def train(images, epochs):
    training.fit(models.VAE(), images, loss, epochs=epochs, progress=False)
train(x[:1024], 1)
"""


async def timed(kernel, code):
    """Run code in a kernel; return the seconds it took."""
    began = time.perf_counter()
    content = {"code": code, "silent": False}
    content |= {"store_history": False, "allow_stdin": False}
    errors = await kernel.request("execute_request", content)
    if errors:
        raise RuntimeError(errors[0])
    return time.perf_counter() - began


async def measure(server):
    """Return the seconds of two kernels, one after the other and both at once."""
    kernels = [await server.open(LESSONS[0], f"{i}.ipynb") for i in range(2)]
    for kernel in kernels:
        await timed(kernel, PREPARE)
    alone = [await timed(kernel, "train(x, 3)") for kernel in kernels]
    both = await asyncio.gather(*(timed(kernel, "train(x, 3)") for kernel in kernels))
    for kernel in kernels:
        await kernel.close()
    return alone, both


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("settings", nargs="*", help="NAME=value[,NAME=value], default")
    args = parser.parse_args()
    print(f"{conditions()}\n{'set':<34} alone, s     both, s      times", flush=True)
    own = {k: v for k, v in os.environ.items() if k.startswith(RUNTIME)}
    worst = 0
    for words in args.settings or [",".join(f"{k}={v}" for k, v in own.items())]:
        for name in [name for name in os.environ if name.startswith(RUNTIME)]:
            del os.environ[name]
        os.environ |= dict(w.split("=", 1) for w in words.split(",") if "=" in w)
        with serving() as server, loop() as wait:
            alone, both = wait(measure(server))
        times = [b / a for a, b in zip(alone, both, strict=True)]
        cells = "  ".join(f"{one:5.1f} {two:5.1f}" for one, two in (alone, both, times))
        print(f"{words or 'default':<34} {cells}", flush=True)
        worst = max(worst, *times)
    if not args.settings and worst > LIMIT:
        sys.exit(f"MORE THAN {LIMIT} TIMES AS LONG")


if __name__ == "__main__":
    main()
