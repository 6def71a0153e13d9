"""Time what a student sees: from the move of her hand to the new picture.

    make bench-explorers     or     python -m benchmarks.explorers [--samples 100]

It starts a real JupyterLab, opens a notebook for each explorer in headless Chromium,
and moves the explorer as a hand does; then the same for the common way,
ipywidgets.interact, which has the kernel decode a digit with the same VAE and draw a
matplotlib figure anew. Each runs directly, and through a proxy that adds 80 ms to the
round trip, as far as Binder is.

Latency, one move at a time, after a pause of random length:

- Input is real: a mouse with its button down on the canvas, or an arrow key held on the
  slider, sent to the browser by its DevTools. The start is the event's own timeStamp:
  the browser sets it when the input comes in, before the page knows of it.
- The end is the first frame with a new picture. The page's canvas functions are
  wrapped, in this benchmark alone, so that we have a fingerprint of what is on the
  canvas that shows the network's answer. The common way's pictures are <img> elements,
  seen by a MutationObserver and counted from when they are decoded. A change asks for
  an animation frame, and that posts a message to itself: the message's task runs once
  the frame's style, layout and paint are done.
- A headless page at rest begins a frame as soon as one is asked for, so the wait for a
  screen's next refresh (0 to 17 ms at 60 Hz, for both ways) is left out; so is the way
  from hand to browser, and from browser to screen. A page that is drawing already, as
  JupyterLab does while it shows a busy kernel, has its frames 17 ms apart here too, and
  then the wait for the next one is counted.
- "handler" is the explorer's own part: from the event's arrival in the page to the last
  drawing call. The rest is the browser's work on the whole page of JupyterLab.

Pictures a second: real input again, 60 moves a second for three seconds, each sent at a
time fixed beforehand and without waiting for answers. Counted are frames whose picture
differs from that of the frame before.

The figures are those of the whole machine: leave it alone while this runs.
"""

import argparse
import asyncio
import itertools
import json
import math
import os
import random
import signal
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import nbformat
from playwright.sync_api import Error
from playwright.sync_api import TimeoutError as TooLate
from tornado.websocket import websocket_connect

from course_lib import explorers
from tests.browser import jupyter

ROUND_TRIP = 0.080
RATE, SECONDS = 60, 3
MEDIAN_MS, P95_MS, PICTURES = 4, 16, 55  # the target: at most, at most, at least


@dataclass(frozen=True)
class Case:
    """What to measure: its code, what to move, and where the new picture comes."""

    name: str
    target: str
    input: str = "keys"  # or "drag"
    picture: str = "figure.accent canvas"
    code: str = ""
    stops: int | None = None  # of the slider; a range input says it itself

    @property
    def source(self):
        return (
            self.code or f"from course_lib.explorers import {self.name}\n{self.name}()"
        )


SLIDER = '.explorer input[type="range"]'
PLANE = 'canvas[role="application"]'
SHEET = "canvas.explorer-sheet"
EXPLORERS = [
    Case("LatentPlane", f'{PLANE}[aria-label^="Latent plane"]', "drag"),
    Case("Bottleneck", SLIDER),
    Case("LatentMap", PLANE, "drag"),
    Case("Damage", SLIDER),
    Case("Threshold", SLIDER, picture=SHEET),
    Case("NoiseSampler", SLIDER, picture=SHEET),
    Case("BetaSlider", SLIDER),
]
COMMON = Case(
    "interact",
    ".widget-slider [role=slider]",
    stops=60,
    picture="img",
    code="""\
import matplotlib.pyplot as plt
import torch
from ipywidgets import interact

from course_lib import checkpoints

model = checkpoints.load("vae-2d")

@interact(z1=(-3.0, 3.0, 0.1), z2=(-3.0, 3.0, 0.1))
def show(z1=0.0, z2=0.0):
    with torch.no_grad():
        x_hat = model.decode(torch.tensor([[z1, z2]]))
    plt.figure(figsize=(3, 3))
    plt.imshow(x_hat.reshape(28, 28), cmap="gray")
    plt.axis("off")
    plt.show()
""",
)

# Watch the pictures under root: window.bench = {inputs, pictures}, all times in ms.
PROBE = """(root, selector) => {
  const bench = (window.bench = { inputs: [], pictures: [] });
  let input = null; // the last one
  const hear = ({ timeStamp }) => {
    input = { sent: timeStamp, came: performance.now() };
    bench.inputs.push(timeStamp);
  };
  document.addEventListener("pointermove", hear, { capture: true });
  document.addEventListener("keydown", hear, { capture: true });

  const frame = new MessageChannel();
  let [due, last, drawn] = [false, null, 0];
  const changed = (fingerprint) => {
    drawn = performance.now();
    if (due) return;
    due = true;
    requestAnimationFrame(() => {
      due = false;
      const next = fingerprint();
      if (next === last) return;
      last = next;
      frame.port2.postMessage({ ...input, drawn });
    });
  };
  frame.port1.onmessage = ({ data }) =>
    bench.pictures.push({ ...data, painted: performance.now() });

  if (selector === "img") {
    const source = () => root.querySelector("img")?.src;
    const replaced = () => {}; // while it was decoded: the next one is there already
    const look = () => {
      const image = root.querySelector("img");
      if (!image || image.src === last) return;
      image.decode().then(() => changed(source), replaced);
    };
    const options = { subtree: true, childList: true, attributeFilter: ["src"] };
    new MutationObserver(look).observe(root, options);
    return;
  }

  // A number for what is on each canvas: of the drawing calls since it was last wiped.
  const numbers = new Map();
  for (const canvas of root.querySelectorAll(selector)) numbers.set(canvas, 0);
  const mixed = (number, word) => Math.imul(number ^ word, 16777619) >>> 0;
  const mix = (number, value) => {
    if (typeof value === "number") return mixed(number, Math.round(4096 * value));
    if (value instanceof ImageData) {
      return new Uint32Array(value.data.buffer).reduce(mixed, number);
    }
    return number;
  };
  const fingerprint = () => [...numbers.values()].join();
  const wipes = ["putImageData", "clearRect"];
  const others = ["arc", "bezierCurveTo", "drawImage", "ellipse", "fill", "fillRect",
    "fillText", "lineTo", "moveTo", "quadraticCurveTo", "rect", "stroke"];
  for (const name of [...wipes, ...others]) {
    const original = CanvasRenderingContext2D.prototype[name];
    CanvasRenderingContext2D.prototype[name] = function (...values) {
      original.apply(this, values);
      if (!numbers.has(this.canvas)) return;
      const before = wipes.includes(name) ? 0 : numbers.get(this.canvas);
      numbers.set(this.canvas, values.reduce(mix, before));
      changed(fingerprint);
    };
  }
}"""


def drag(page, target):
    """Press the button on a canvas; yield the moves of a hand that circles over it."""
    box = target.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for i in itertools.count():
        reach = 0.4 * min(box["width"], box["height"]) * (0.6 + 0.4 * math.sin(i / 27))
        place = {"x": x + reach * math.cos(i / 10), "y": y + reach * math.sin(i / 10)}
        moved = {"type": "mouseMoved", "button": "left", "buttons": 1}
        yield "Input.dispatchMouseEvent", moved | place


def press(page, target, stops):
    """Yield the keys that move a slider to its end, back to its start, and so on."""
    target.focus()
    page.keyboard.press("Home")
    for name, code in itertools.cycle([("ArrowRight", 39), ("ArrowLeft", 37)]):
        key = {"key": name, "code": name, "windowsVirtualKeyCode": code}
        for _ in range(stops):
            yield "Input.dispatchKeyEvent", {"type": "rawKeyDown"} | key


def moves(case, page, target):
    if case.input == "drag":
        return drag(page, target)
    count = "(input) => Math.round((input.max - input.min) / (input.step || 1))"
    return press(page, target, case.stops or target.evaluate(count))


def one_by_one(page, events, samples):
    """Return the pictures that followed single moves, each with its times in ms."""
    devtools = page.context.new_cdp_session(page)
    found = []
    for _ in range(samples):
        jupyter.ask(page, "() => { bench.pictures.length = 0; }")
        time.sleep(random.uniform(0.02, 0.6))
        devtools.send(*next(events))
        time.sleep(0.03)  # leave the page alone while it draws
        try:
            shown = "() => bench.pictures[0]"
            found.append(
                page.wait_for_function(shown, timeout=5000, polling=20).json_value()
            )
        except TooLate:
            wait_until_quiet(page)
    if len(found) < samples / 2:
        raise RuntimeError(f"only {len(found)} of {samples} moves gave a new picture")
    return found


async def send_steadily(port, url, events):
    """Send events to the page at the url, RATE a second; return the rate reached."""
    pages = json.loads(jupyter.DIRECT.open(f"http://127.0.0.1:{port}/json/list").read())
    address = next(p["webSocketDebuggerUrl"] for p in pages if p["url"] == url)
    socket = await websocket_connect(address)
    began = time.perf_counter()
    for i, (method, params) in enumerate(events):
        await asyncio.sleep(max(0, began + i / RATE - time.perf_counter()))
        message = {"id": i, "method": method, "params": params}
        await socket.write_message(json.dumps(message))
    rate = (len(events) - 1) / (time.perf_counter() - began)
    while message := await socket.read_message():
        if json.loads(message).get("id") == len(events) - 1:
            break
    socket.close()
    return rate


def pictures_a_second(page, events, port):
    """Return the new pictures a second while moves come at RATE; check that they do."""
    jupyter.ask(page, "() => { bench.inputs.length = bench.pictures.length = 0; }")
    events = list(itertools.islice(events, RATE * SECONDS))
    with ThreadPoolExecutor(1) as pool:  # playwright's own loop fills this thread
        sending = asyncio.wait_for(send_steadily(port, page.url, events), 60)
        rate = pool.submit(asyncio.run, sending).result()
    if rate < 0.97 * RATE:
        raise RuntimeError(f"this machine sent only {rate:.0f} moves a second")
    time.sleep(1)
    found = jupyter.ask(page, "() => bench")
    first, last = found["inputs"][0], found["inputs"][-1] + 1000 / RATE
    shown = [p for p in found["pictures"] if first <= p["painted"] <= last]
    return len(shown) / (last - first) * 1000


def wait_until_quiet(page):
    """Wait until no picture has come for a second."""
    quiet = """() => {
      const last = bench.pictures.at(-1)?.painted ?? 0;
      return performance.now() - last > 1000;
    }"""
    page.wait_for_function(quiet, timeout=60_000, polling=100)


def round_trip(page):
    """Return the time to the kernel and back, the median in ms."""
    ask = f"""async () => {{
      const began = performance.now();
      await {jupyter.NOTEBOOK}.sessionContext.session.kernel.requestKernelInfo();
      return performance.now() - began;
    }}"""
    return statistics.median(jupyter.ask(page, ask) for _ in range(9))


@dataclass
class Figures:
    """What was measured: ms and pictures a second."""

    round_trip: float
    median: float
    p95: float
    handler: float
    pictures: float

    def verdict(self, common):
        """Say whether the target holds, and how it compares with the common way."""
        misses = [
            *["median"] * (self.median > MEDIAN_MS),
            *["95%"] * (self.p95 > P95_MS),
            *["pictures"] * (self.pictures < PICTURES),
        ]
        words = f"misses {', '.join(misses)}" if misses else "holds"
        return words + (f", {common.median / self.median:.0f}x" if common else "")


def measure(case, browser, lab_port, devtools_port, samples):
    """Open a case's notebook, run it, move it; return Figures and the page's errors."""
    visit = jupyter.notebook(browser, lab_port, f"{case.name}.ipynb")
    with visit as (page, errors):
        for _, words in jupyter.run_all(page):
            raise RuntimeError(words)
        target = page.locator(f".jp-OutputArea {case.target}").first
        target.scroll_into_view_if_needed()
        time.sleep(2)  # for what the page and the kernel still have to say
        page.locator(".jp-CodeCell").first.evaluate(PROBE, case.picture)
        events = moves(case, page, target)
        next(events)  # takes hold of it
        time.sleep(1)
        wait_until_quiet(page)
        one_by_one(page, events, 10)  # warm up
        found = one_by_one(page, events, samples)
        wait_until_quiet(page)
        pictures = pictures_a_second(page, events, devtools_port)
        wait_until_quiet(page)
        times = [picture["painted"] - picture["sent"] for picture in found]
        figures = Figures(
            round_trip(page),
            statistics.median(times),
            statistics.quantiles(times, n=20, method="inclusive")[-1],
            statistics.median(p["drawn"] - p["came"] for p in found),
            pictures,
        )
        return figures, errors


def write_notebooks(cases, folder):
    for case in cases:
        made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(case.source)])
        made.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
        nbformat.write(made, Path(folder, f"{case.name}.ipynb"))


def chosen(names):
    """Return the cases to run; say which of the explorers are not there."""
    cases = [case for case in EXPLORERS if case.name in names or not names]
    for case in cases:
        if not hasattr(explorers, case.name):
            print(f"{case.name}: not in course_lib.explorers, skipped")
    return [COMMON, *(case for case in cases if hasattr(explorers, case.name))]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="of explorers, by default all")
    parser.add_argument("--samples", type=int, default=100)
    args = parser.parse_args()
    if not jupyter.chromium():
        sys.exit("no Chromium found: install it, such as Debian's package chromium")
    cases = chosen(args.names)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # and end what was started
    devtools = jupyter.free_port()
    load = os.getloadavg()[0]
    with (
        tempfile.TemporaryDirectory() as folder,
        jupyter.lab(folder) as near,
        jupyter.delayed(near, ROUND_TRIP) as far,
        jupyter.browser(f"--remote-debugging-port={devtools}") as browser,
    ):
        write_notebooks(cases, folder)
        print(
            f"{os.cpu_count()} cores, busy with {load:.1f} other tasks; "
            f"Chromium {browser.version}\ntarget: median {MEDIAN_MS} ms, "
            f"95% {P95_MS} ms, {PICTURES} pictures a second; times in ms\n"
            "explorer      delay   kernel  median      95%  handler  pictures/s  target"
        )
        common = {}
        ways = [("none", near), (f"{1000 * ROUND_TRIP:.0f}", far)]
        for case, (delay, port) in itertools.product(cases, ways):
            print(f"{case.name:<12} {delay:>6}", end=" ", flush=True)
            try:
                got, errors = measure(case, browser, port, devtools, args.samples)
            except (RuntimeError, OSError, Error) as error:
                print(f"not measured: {error}")
                continue
            common_way = case is COMMON  # whose pictures the kernel draws, no handler
            handler = "" if common_way else f"{got.handler:.1f}"
            verdict = "" if common_way else got.verdict(common.get(delay))
            print(
                f"{got.round_trip:>8.0f} {got.median:>7.1f} {got.p95:>8.1f} "
                f"{handler:>8} {got.pictures:>11.1f}  {verdict}".rstrip()
            )
            if common_way:
                common[delay] = got
            for error in errors:
                print(f"  error in the page: {error}")


if __name__ == "__main__":
    main()
