"""Let a class of students run lesson 00 on one server at once, and then explore.

    make bench-classroom     or     python -m benchmarks.classroom [--students 24]

All students start in the same second, the worst that can happen: one JupyterLab
server, a kernel for each. "kernel" is the time until her kernel answers, "lesson" until
the last cell of lesson 00 is done. Memory is PSS: a page shared by all kernels, as most
of torch's library is, is divided among them.

Then some of the students open the lesson in headless Chromium, one after the other, and
drag its explorer about. Counted are the messages to the kernel, those after the pointer
is let go, and the CPU time of the server and of all kernels, beside that of the same
page left alone for as long: JupyterLab asks its server now and then how things are.
"""

import argparse
import asyncio
import itertools
import math
import os
import signal
import statistics
import sys
import time

import jupyter_server

from benchmarks.kernels import (
    LESSONS,
    MB,
    Watch,
    conditions,
    cpu,
    loop,
    memory,
    serving,
)
from tests.browser import jupyter

CONNECTED = f"""() => window.jupyterapp &&
  {jupyter.NOTEBOOK}?.sessionContext?.session?.kernel?.connectionStatus === 'connected'
"""
PLANE = '.jp-OutputArea canvas[role="application"][aria-label^="Latent plane"]'
PICTURE = "() => document.querySelector('figure.accent canvas').toDataURL()"
LIMIT = 24e9


async def attend(server, number):
    """Be a student: return the errors, and the seconds to the kernel and to the end."""
    lesson, began = LESSONS[0], time.perf_counter()
    try:
        kernel = await server.open(lesson, f"{number:03}.ipynb")
        ready = time.perf_counter() - began
        errors = await kernel.run(lesson)
    except Exception as error:  # whatever it is, this student has failed
        return [repr(error)], math.nan, math.nan
    return errors, ready, time.perf_counter() - began


async def teach(server, students):
    """Let all students begin at once."""
    return await asyncio.gather(*(attend(server, i) for i in range(students)))


def circle(page, seconds):
    """Hold the plane's point and drag it about; return the number of moves."""
    box = page.locator(PLANE).first.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    reach = 0.4 * min(box["width"], box["height"])
    page.mouse.move(x, y)
    page.mouse.down()
    until = time.perf_counter() + seconds
    for i in itertools.count():
        page.mouse.move(x + reach * math.cos(i / 10), y + reach * math.sin(i / 13))
        page.wait_for_timeout(16)
        if time.perf_counter() > until:
            return i + 1


def explore(server, browser, number, seconds):
    """Open a student's lesson, run it, drag its explorer; return what that cost."""
    page = browser.new_page(viewport={"width": 1100, "height": 900})
    sent, errors = [], []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("websocket", lambda ws: ws.on("framesent", lambda _: sent.append(ws.url)))
    address = f"http://127.0.0.1:{server.port}/doc/tree/{number:03}.ipynb"
    page.goto(f"{address}?reset&token={server.token}", timeout=jupyter.START * 1000)
    page.wait_for_function(CONNECTED, timeout=jupyter.START * 1000, polling=100)
    errors += [words for _, words in jupyter.run_all(page)]
    plane = page.locator(PLANE).first
    plane.scroll_into_view_if_needed()
    page.wait_for_timeout(3000)  # for what page and kernel still have to say
    every, kernels = server.process, server.kernel_processes()
    costs = {}
    for what in ("at rest", "dragging"):
        before = page.evaluate(PICTURE)
        sent.clear()
        start = cpu([every]), cpu(kernels)
        if what == "dragging":
            moves = circle(page, seconds)
        else:
            page.wait_for_timeout(seconds * 1000)
        used = cpu([every]) - start[0], cpu(kernels) - start[1]
        costs[what] = [*used, sum("/channels" in url for url in sent)]
    sent.clear()
    page.mouse.up()
    page.wait_for_timeout(1000)
    if page.evaluate(PICTURE) == before:
        errors.append("the explorer did not move")
    page.close()
    return costs, moves, sum("/channels" in url for url in sent), errors


def report_class(server, found, alone, peak):
    """Print how the class fared; return what failed."""
    failed = [errors[0] for errors, *_ in found if errors]
    kernels = [memory(process) for process in server.kernel_processes()]
    print(f"{len(found)} students, all at once: {len(failed)} failed")
    for words in failed:
        print(f"  {words}")
    for place, name in enumerate(("kernel", "lesson"), start=1):
        times = [student[place] for student in found if not math.isnan(student[place])]
        if times:
            middle, worst = statistics.median(times), max(times)
            print(f"{name}, seconds: median {middle:.0f}, worst {worst:.0f}")
    if kernels:
        print(
            f"memory a student: {statistics.mean(kernels) / MB:.0f} MB, worst "
            f"{max(kernels) / MB:.0f} MB\nthe server: {alone / MB:.0f} MB alone, "
            f"{memory(server.process) / MB:.0f} MB now\n"
            f"in all: peak {peak / 1e9:.1f} GB"
        )
    return failed if peak < LIMIT else [*failed, "more than 24 GB"]


def report_exploring(server, students, seconds):
    """Let students explore, one by one; print what it cost; return what failed."""
    failed = []
    print("exploring  seconds  moves  messages  after  CPU s: server  kernels")
    with jupyter.browser() as browser:
        for number in range(students):
            costs, moves, after, errors = explore(server, browser, number, seconds)
            for what, (of_server, of_kernels, messages) in costs.items():
                dragged = (moves, after) if what == "dragging" else (0, "")
                print(
                    f"{what:<10} {seconds:>7} {dragged[0]:>6} {messages:>9} "
                    f"{dragged[1]:>6} {of_server:>14.2f} {of_kernels:>8.2f}",
                    flush=True,
                )
            failed += errors
            for words in errors:
                print(f"  {words}")
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--students", type=int, default=24)
    parser.add_argument("--explorers", type=int, default=2, help="students who explore")
    parser.add_argument("--seconds", type=int, default=20, help="of exploring, each")
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # and end what was started
    os.environ |= {"OMP_NUM_THREADS": "1", "COURSE_OFFLINE": "1"}
    print(f"{conditions()}; jupyter_server {jupyter_server.__version__}", flush=True)
    with serving() as server, loop() as wait:
        alone = memory(server.process)
        with Watch(server, 3.0) as watch:
            found = wait(teach(server, args.students))
        failed = report_class(server, found, alone, watch.peak)
        if jupyter.chromium():
            failed += report_exploring(server, args.explorers, args.seconds)
        else:
            print("exploring: not measured, there is no Chromium")
    print("all succeeded" if not failed else f"{len(failed)} failed")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
