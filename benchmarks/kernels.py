"""A Jupyter server, lessons run in its kernels, and the memory that all of it takes.

For memory.py and classroom.py. A notebook is run as JupyterLab runs it: over the
server's own HTTP interface and a websocket for each kernel.
"""

import asyncio
import json
import secrets
import shutil
import sys
import tempfile
import threading
import uuid
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import websocket_connect

from course_lib.teaching.lessons import paths
from tests.browser import jupyter

LESSONS = paths()
PATIENCE = 600  # seconds for any one answer: longer, and the student has failed
MB = 1e6


class Server:
    """A running JupyterLab: where it listens, its token, its process."""

    def __init__(self, port, token, folder):
        self.port, self.token, self.folder = port, token, folder
        self.process = next(
            child
            for child in psutil.Process().children()
            if f"--port={port}" in child.cmdline()
        )

    def kernel_processes(self):
        """Return the processes of its kernels."""
        found = []
        for child in self.process.children():
            with suppress(psutil.NoSuchProcess):  # or one that has just ended
                found += [child] * ("ipykernel" in str(child.cmdline()))
        return found

    async def ask(self, path, method="GET", body=None):
        """Return what the server's interface answers to a request."""
        request = HTTPRequest(
            f"http://127.0.0.1:{self.port}/api/{path}",
            method,
            {"Authorization": f"token {self.token}"},
            None if body is None else json.dumps(body),
            request_timeout=PATIENCE,
            allow_nonstandard_methods=True,
        )
        answer = await AsyncHTTPClient().fetch(request)
        return json.loads(answer.body) if answer.body else None

    async def open(self, lesson, name):
        """Copy a lesson to the server's folder; return its kernel, once it answers."""
        shutil.copy(lesson, self.folder / name)
        body = {"path": name, "name": name, "type": "notebook"}
        body["kernel"] = {"name": "python3"}
        session = await self.ask("sessions", "POST", body)
        kernel = session["kernel"]["id"]
        address = f"ws://127.0.0.1:{self.port}/api/kernels/{kernel}/channels"
        headers = {"Authorization": f"token {self.token}"}
        request = HTTPRequest(address, headers=headers, request_timeout=PATIENCE)
        socket = await websocket_connect(request, max_message_size=1 << 28)
        found = Kernel(self, session["id"], socket)
        await found.request("kernel_info_request", {})
        return found


class Kernel:
    """A kernel with a lesson, at the other end of a websocket."""

    def __init__(self, server, session, socket):
        self.server, self.session, self.socket = server, session, socket

    async def request(self, kind, content):
        """Send a request and wait until it is dealt with; return the errors it gave."""
        number = uuid.uuid4().hex
        header = {"msg_id": number, "msg_type": kind, "version": "5.3"}
        header |= {"session": self.session, "username": "", "date": ""}
        message = {"header": header, "parent_header": {}, "metadata": {}}
        message |= {"content": content, "channel": "shell", "buffers": []}
        await self.socket.write_message(json.dumps(message))
        errors, waiting = [], {"reply", "idle"}
        while waiting:
            got = await asyncio.wait_for(self.socket.read_message(), PATIENCE)
            if got is None:
                return [*errors, "the kernel's connection broke off"]
            if isinstance(got, bytes):  # a widget's weights
                continue
            got = json.loads(got)
            if got["content"].get("execution_state") in ("restarting", "dead"):
                return [*errors, "the kernel died: was there memory for it?"]
            if got["parent_header"].get("msg_id") != number:
                continue
            if got["msg_type"] == "error":
                errors.append("{ename}: {evalue}".format(**got["content"]))
            if got["msg_type"] == kind.replace("_request", "_reply"):
                waiting.discard("reply")
            if got["content"].get("execution_state") == "idle":
                waiting.discard("idle")
        return errors

    async def run(self, lesson):
        """Run a lesson's code cells one after the other; return the errors."""
        errors = []
        for cell in json.loads(lesson.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                content = {"code": "".join(cell["source"]), "silent": False}
                content |= {"store_history": True, "allow_stdin": False}
                errors += await self.request("execute_request", content)
        return errors

    async def close(self):
        """End the kernel."""
        self.socket.close()
        await self.server.ask(f"sessions/{self.session}", "DELETE")


@contextmanager
def serving():
    """Yield a Server that stands on a free port, in an empty folder, with a token."""
    token = secrets.token_hex(16)
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        jupyter.lab(folder, token=token) as port,
    ):
        yield Server(port, token, Path(folder).resolve())


@contextmanager
def loop():
    """Yield a function that runs a coroutine in a thread of its own and waits for it.

    What it opened, such as websockets, stays open until the end.
    """
    made = asyncio.new_event_loop()
    thread = threading.Thread(target=made.run_forever, daemon=True)
    thread.start()
    try:
        yield lambda work: asyncio.run_coroutine_threadsafe(work, made).result()
    finally:
        made.call_soon_threadsafe(made.stop)
        thread.join(10)


def memory(process):
    """Return a process's memory in bytes, each shared page divided by its sharers.

    That is PSS, which Linux tells; elsewhere it is the memory of its own alone.
    """
    try:
        full = process.memory_full_info()
    except psutil.NoSuchProcess:
        return 0
    return getattr(full, "pss", 0) or full.uss


class Watch:
    """The peak of the memory of a server and all its kernels, while the block runs."""

    def __init__(self, server, seconds=0.5):
        self.server, self.seconds, self.peak = server, seconds, 0
        self.over = threading.Event()

    def __enter__(self):
        self.thread = threading.Thread(target=self._look, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def _look(self):
        while not self.over.is_set():
            self.over.wait(self.seconds)
            self.peak = max(self.peak, self.all())

    def all(self):
        """Return the memory of the server and its kernels now."""
        every = [self.server.process, *self.server.kernel_processes()]
        return sum(memory(process) for process in every)


def cpu(processes):
    """Return the seconds of CPU that processes have used so far."""
    times = [process.cpu_times() for process in processes]
    return sum(t.user + t.system for t in times)


def conditions():
    """Return a line on the machine and what else it is doing."""
    total = psutil.virtual_memory().total / 1e9
    return (
        f"{psutil.cpu_count()} cores, load {psutil.getloadavg()[0]:.1f}; "
        f"{total:.0f} GB; Python {sys.version.split()[0]}"
    )
