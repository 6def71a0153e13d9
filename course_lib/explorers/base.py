"""What every explorer is: an anywidget that also lives in a page without a kernel."""

import asyncio
import base64
import html
import io
import json
import struct
import time
import uuid
import zlib
from pathlib import Path

import anywidget
import matplotlib
import torch
import traitlets
from IPython import get_ipython
from matplotlib.image import imsave

from course_lib import checkpoints
from course_lib.explorers import bundle, networks
from course_lib.explorers.given import codec_of, hint_on
from course_lib.models import Codec

STATIC = Path(__file__).parent / "static"
# JupyterLab's server drops what a kernel sends beyond a megabyte a second.
BYTES_PER_SECOND = 600_000


def module(name):
    """Return an explorer's JavaScript, with all that it imports, as one module."""
    return bundle.join(STATIC / "core/page.js", STATIC / f"{name}.js")


def style(name):
    """Return an explorer's style sheet, the core's and its own if it has one."""
    paths = [STATIC / "core.css", STATIC / f"{name}.css"]
    return "".join(path.read_text("utf-8") for path in paths if path.exists())


class Explorer(anywidget.AnyWidget):
    """The base of all explorers: weights travel once, and anew on refresh(model).

    A subclass names its `script` in static/ and its `heading`, and fills `networks` and
    `data` through `_show`.
    """

    script = heading = ""
    # Pictures (n, c, h, w) to leave behind where nothing can run.
    still = torch.zeros(0, 1, 28, 28)
    networks = traitlets.Dict().tag(sync=True)
    data = traitlets.Dict().tag(sync=True)
    problem = traitlets.Unicode().tag(sync=True)
    hint = traitlets.Unicode().tag(sync=True)
    title = traitlets.Unicode().tag(sync=True)

    def __init_subclass__(cls, **kwargs):
        if "script" in cls.__dict__:  # not the classes that anywidget derives
            cls._esm, cls._css = module(cls.script), style(cls.script)
        super().__init_subclass__(**kwargs)

    def __init__(self, **kwargs):
        self._functions, self._free_at, self._due = {}, 0.0, None
        super().__init__(title=self.heading, **kwargs)
        self.on_msg(self._answer)

    def _show(self, functions, values, problem=""):
        """Send new networks and data, or a problem and keep what is on screen.

        functions: networks.Network by name. values: tensors, by networks.array, and
        plain values, by name. Too soon after the last ones, they wait their turn.
        """
        size, most = sum(map(len, _split(values)[1])), networks.MOST_BYTES
        if size > most:
            functions, values = {}, {}
            problem = (
                f"These pictures take {size / 1e6:.0f} MB, of which a browser gets "
                f"{most / 1e6:.0f} at most. Give fewer of them: images[:1000]."
            )
        if problem and self._due:
            functions, values, _ = self._due  # what waits is still good
        self._due = functions, values, problem
        wait = self._free_at - time.monotonic()
        if wait <= 0:
            self._deliver()
        else:
            self._deliver_later(wait)

    def _deliver(self):
        if self._due is None:
            return
        functions, values, problem = self._due
        self._due = None
        with self.hold_sync():
            self.problem = problem
            if functions or values:
                self._functions = functions
                self.networks = {name: f.spec for name, f in functions.items()}
                self.data = values
        size = sum(len(part) for part in _split({**self.networks, **self.data})[1])
        self._free_at = time.monotonic() + size / BYTES_PER_SECOND

    def _deliver_later(self, seconds):
        """Send what waits once the kernel is idle; without a kernel, at once."""
        if self._has_kernel():
            asyncio.get_running_loop().call_later(seconds, self._deliver)
        else:
            self._deliver()

    def _has_kernel(self):
        shell = get_ipython()
        return shell is not None and hasattr(shell, "kernel")

    def _answer(self, _, content, buffers):
        """Run a network that the browser cannot run itself."""
        name, number = content.get("network"), content.get("id")
        if name not in self._functions:
            return
        try:
            function = self._functions[name]
            x = torch.frombuffer(bytearray(buffers[0]), dtype=torch.float32)
            with torch.no_grad():
                y = function.run(x.reshape(1, function.inputs))
            parts = [networks.array(y, "float32")["bytes"]]
            self.send({"id": number}, buffers=parts)
        except Exception as error:  # whatever a student's model raises, she must see it
            self.send({"id": number, "error": f"{type(error).__name__}: {error}"})

    def to_html(self):
        """Return a whole page, as text, that works with no kernel and no network."""
        title = html.escape(self.title)
        return (
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>{title}</title><style>:root {{ color-scheme: light dark }} body "
            "{ margin: 1rem auto; max-width: 60rem; padding: 0 .5rem }</style></head>"
            f"<body><main><h1>{title}</h1>{self._repr_html_()}</main></body></html>\n"
        )

    def _repr_html_(self):
        """Return the part of a page that holds this explorer, alive."""
        name = f"explorer-{uuid.uuid4().hex[:12]}"
        traits = [n for n in self.keys if not n.startswith("_")]
        skip = ("layout", "tabbable", "tooltip")
        state = {n: getattr(self, n) for n in traits if n not in skip}
        return (
            f'<div id="{name}" class="explorer-page">{self._picture()}'
            f'<script type="application/octet-stream">{_pack(state)}</script></div>'
            f"<style>{self._css}</style>"
            f'<script type="module">{self._esm}\npage(widget, "{name}");\n</script>'
        )

    def _picture(self):
        """Return a still picture and a sentence, for where nothing can run."""
        words = f"{self.title}: open this lesson in JupyterLab to move it."
        if not len(self.still):
            return f"<p>{html.escape(words)}</p>"
        strip = torch.cat(list(self.still[:10]), dim=2).clamp(0, 1).movedim(0, 2)
        grey = {"cmap": matplotlib.colormaps["gray"], "vmin": 0, "vmax": 1}
        png = io.BytesIO()
        imsave(png, strip.squeeze(2).numpy(), format="png", **grey)  # colour needs none
        source = base64.b64encode(png.getvalue()).decode()
        return (
            f'<p><img alt="{html.escape(self.title)}" style="max-width:100%" '
            f'src="data:image/png;base64,{source}"></p><p>{html.escape(words)}</p>'
        )

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        contents, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        contents = {**contents, "text/html": self._repr_html_()}
        contents["text/plain"] = f"{type(self).__name__}: {self.title}"
        return contents, metadata


class ModelExplorer(Explorer):
    """The base of explorers of one model, or of two functions in its place.

    A subclass names its `checkpoint`, and the `plane` of codes that it needs, if any:
    how many numbers. It calls `_open` at the end of its __init__, once it has its
    `_images`, and shows what `_read(codec)` returns: functions and values for `_show`.
    """

    checkpoint, plane = "", None

    def _open(self, model, encode=None, decode=None, dtype="float16"):
        if model is not None and (encode is not None or decode is not None):
            raise ValueError("model, encode, decode: wanted a model or two functions")
        self._dtype, self._two = dtype, None
        if encode is not None or decode is not None:
            self._two = Codec(encode=encode, decode=decode, picture=self._picture_shape)
        elif model is None:
            model = checkpoints.load(self.checkpoint)
        self.refresh(model)

    @property
    def _picture_shape(self):
        return tuple(self._images.shape[1:])

    def refresh(self, model=None):
        """Show new weights: of this model, or of another one of its kind.

        An explorer of two functions asks these again, whatever model is handed over.
        """
        codec, problem = codec_of(
            model if self._two is None else self._two,
            self._picture_shape,
            latent_dim=self.plane,
        )
        if problem:
            self._show({}, {}, problem)
            return
        self.hint = hint_on(codec, self._images)
        functions, values, *problem = self._read(codec)
        self._show(functions, values, *problem)


def _split(state):
    """Return state with each bytes replaced by its place, and the bytes in order."""
    parts = []

    def walk(value):
        if isinstance(value, dict):
            return {key: walk(part) for key, part in value.items()}
        if isinstance(value, list | tuple):
            return [walk(part) for part in value]
        if isinstance(value, bytes):
            start = sum(map(len, parts))
            parts.append(value)
            return {"$bytes": [start, len(value)]}
        return value

    return walk(state), parts


def _pack(state):
    """Return a state as text: its JSON and then its bytes, deflated, in base64."""
    plain, parts = _split(state)
    header = json.dumps(plain).encode()
    whole = struct.pack("<I", len(header)) + header + b"".join(parts)
    return base64.b64encode(zlib.compress(whole, 6)).decode()
