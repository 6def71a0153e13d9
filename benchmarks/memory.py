"""Measure the peak memory of each lesson, and of three lessons open at once.

    make bench-memory     or     python -m benchmarks.memory [--data digits]

Each lesson runs in a kernel of a JupyterLab server, as on Binder, where 2 GB is all
there is. The figures are the peaks of the server and its kernels together, a shared
page counted once (PSS), looked at every half second. Three open at once are those that
need most: run one after the other while all three kernels stay, as one student does it,
and then all three at the same time, which is the worst that can happen.
"""

import argparse
import asyncio
import os
import signal
import sys
import tempfile

from benchmarks.kernels import MB, Watch, conditions, loop, serving
from course_lib.teaching.lessons import named

LIMIT = 2e9


async def run(server, lessons, *, together):
    """Open lessons in kernels of their own, run them, end them; return the errors."""
    kernels = [await server.open(path, path.name) for path in lessons]
    if together:
        found = await asyncio.gather(
            *(k.run(p) for k, p in zip(kernels, lessons, strict=True))
        )
    else:
        found = [await k.run(p) for k, p in zip(kernels, lessons, strict=True)]
    for kernel in kernels:
        await kernel.close()
    return [error for errors in found for error in errors]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("numbers", nargs="*", help="of lessons, such as 01; else all")
    parser.add_argument("--data", choices=["mnist", "digits"], default="mnist")
    parser.add_argument("--threads", default="1", help="OMP_NUM_THREADS, as on Binder")
    args = parser.parse_args()
    try:
        chosen = named(args.numbers)
    except ValueError as error:
        parser.error(str(error))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # and end what was started
    os.environ |= {"OMP_NUM_THREADS": args.threads, "COURSE_OFFLINE": "1"}
    if args.data == "digits":
        os.environ["COURSE_DATA"] = tempfile.mkdtemp()
    print(
        f"{conditions()}\ndata: {args.data}, threads: {args.threads}\nMB     open",
        flush=True,
    )
    peaks, failed = {}, 0

    def measure(lessons, words, together=False):
        nonlocal failed
        with serving() as server, loop() as wait, Watch(server) as watch:
            errors = wait(run(server, lessons, together=together))
        failed += bool(errors)
        verdict = f"failed: {errors[0]}" if errors else ""
        over = "MORE THAN 2 GB" if watch.peak > LIMIT else ""
        print(f"{watch.peak / MB:<6.0f} {words}  {over}{verdict}".rstrip(), flush=True)
        failed += bool(over)
        return watch.peak

    for path in chosen:
        peaks[path] = measure([path], path.stem)
    most = sorted(peaks, key=peaks.get)[-3:]
    names = ", ".join(path.stem[:2] for path in sorted(most))
    measure(most, f"{names} open, run one after the other")
    measure(most, f"{names} open, run at the same time", together=True)
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
