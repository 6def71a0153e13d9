"""Drive a real JupyterLab in headless Chromium, for tests and benchmarks."""

import asyncio
import functools
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
# No sandbox, since root has none; nothing that asks the network or changes by itself.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
)
START, ANSWER = 120, 30  # seconds to wait for a start, and for any other answer
NOTEBOOK = "jupyterapp.shell.currentWidget"
NO_ANSWER = (OSError, ValueError, http.client.HTTPException)
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # no proxy


def chromium():
    """Return the path of this machine's Chromium, or None."""
    return next(filter(None, map(shutil.which, CHROMIUM)), None)


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@contextmanager
def browser(*flags):
    """Yield a headless Chromium, by playwright."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=chromium(), args=[*FLAGS, *flags], timeout=START * 1000
        )
        try:
            yield started
        finally:
            started.close()


@contextmanager
def lab(root, *, theme="light", token=""):
    """Yield the port of a JupyterLab on the folder root, with settings of its own.

    theme: "light" or "dark". token: what it asks for, nothing by default. It listens on
    this machine alone.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        port = free_port()
        server = _start_lab(Path(root).resolve(), Path(home), theme, port, token)
        try:
            _wait_for_lab(server, port, token, Path(home, "lab.log"))
            yield port
        finally:
            server.terminate()  # it ends its kernels first
            try:
                server.wait(ANSWER)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait(ANSWER)


def _start_lab(root, home, theme, port, token):
    settings = {
        "@jupyterlab/apputils-extension:themes": {
            "theme": f"JupyterLab {theme.title()}"
        },
        "@jupyterlab/apputils-extension:notification": {
            "checkForUpdates": False,
            "fetchNews": "false",
        },
        # All cells are in the page, seen or not.
        "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
    }
    folder = home / "config" / "labconfig"
    folder.mkdir(parents=True)
    overrides = folder / "default_setting_overrides.json"
    overrides.write_text(json.dumps(settings), encoding="utf-8")
    places = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
    }
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        *("--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"),
        *(f"--IdentityProvider.token={token}", "--ServerApp.disable_check_xsrf=True"),
        *(f"--ServerApp.root_dir={root}", "--LabApp.expose_app_in_browser=True"),
    ]
    # A file for the log: a pipe that nobody reads fills up, and the server stops.
    with open(home / "lab.log", "wb") as log:
        return subprocess.Popen(
            command,
            cwd=root,
            env=os.environ | {name: str(home / part) for name, part in places.items()},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def _wait_for_lab(server, port, token, log):
    until = time.monotonic() + START
    while server.poll() is None and time.monotonic() < until:
        try:
            rest(port, "status", token=token)
            return
        except NO_ANSWER:
            time.sleep(0.25)
    words = log.read_text(encoding="utf-8", errors="replace")[-2000:]
    raise RuntimeError(f"JupyterLab did not start:\n{words}")


def rest(port, path, method="GET", *, token=""):
    """Return what JupyterLab's own interface answers: "status", "sessions", …"""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/{path}", method=method
    )
    if token:
        request.add_header("Authorization", f"token {token}")
    with DIRECT.open(request, timeout=ANSWER) as answer:
        content = answer.read()
    return json.loads(content) if content else None


@contextmanager
def notebook(browser, port, path, *, width=1100, height=900):
    """Open a notebook in a page of its own; yield the page and a list of its errors.

    path: from the root of the server. The list fills as the page goes on: errors on the
    console and errors that no script caught. The kernel is up; it ends with the page.
    """
    context = browser.new_context(viewport={"width": width, "height": height})
    try:
        context.set_default_timeout(ANSWER * 1000)
        page = context.new_page()
        errors = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "console",
            lambda said: errors.append(said.text) if said.type == "error" else None,
        )
        page.goto(
            f"http://127.0.0.1:{port}/doc/tree/{path}?reset",
            wait_until="domcontentloaded",
            timeout=START * 1000,
        )
        connected = (
            f"() => window.jupyterapp && {NOTEBOOK}?.sessionContext?.session?.kernel"
            "?.connectionStatus === 'connected'"
        )
        page.wait_for_function(connected, timeout=START * 1000, polling=100)
        yield page, errors
    finally:
        context.close()
        end_kernels(port)


def end_kernels(port):
    """End all kernels, as far as the server still answers."""
    try:
        for session in rest(port, "sessions"):
            rest(port, f"sessions/{session['id']}", "DELETE")
    except NO_ANSWER:
        pass


def run_all(page, *, seconds=300):
    """Run all cells, wait for the last, and return the errors as (cell, words)."""
    began = f"""() => {{
      window.ranAll = false;
      {NOTEBOOK}.sessionContext.ready
        .then(() => jupyterapp.commands.execute("notebook:run-all-cells"))
        .finally(() => {{ window.ranAll = true; }});
    }}"""
    ask(page, began)
    page.wait_for_function("() => ranAll", timeout=seconds * 1000, polling=100)
    outputs = f"""() => [...{NOTEBOOK}.content.model.cells].map(
      (cell) => (cell.toJSON().outputs ?? [])
        .filter((output) => output.output_type === "error")
        .map((output) => `${{output.ename}}: ${{output.evalue}}`))"""
    found = ask(page, outputs)
    return [(index, words) for index, cell in enumerate(found) for words in cell]


def ask(page, function, argument=None, *, seconds=ANSWER):
    """Return what a JavaScript function, or its promise, gives; raise if it hangs.

    playwright's own evaluate waits for ever.
    """
    boxed = f"async (a) => ({{ value: await ({function})(a) }})"
    handle = page.wait_for_function(
        boxed, arg=argument, timeout=seconds * 1000, polling=1000
    )
    return handle.json_value().get("value")


@contextmanager
def delayed(port, seconds):
    """Yield a port that leads to another one, with a round trip longer by seconds.

    Each chunk waits half of that, in either direction, and none overtakes another. How
    much passes in a second is not limited. To open a connection costs nothing.
    """
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def run(work):
        return asyncio.run_coroutine_threadsafe(work, loop).result(ANSWER)

    join = functools.partial(_join, port, seconds / 2)
    try:
        server = run(asyncio.start_server(join, "127.0.0.1", 0))
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            run(_close(server))
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(ANSWER)


async def _join(port, wait, reader, writer):
    """Join a connection to a new one, both ways, until one of the two breaks."""
    try:
        other_reader, other_writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        writer.close()
        return
    try:
        async with asyncio.TaskGroup() as group:
            for source, target in [(reader, other_writer), (other_reader, writer)]:
                chunks = asyncio.Queue()
                group.create_task(_receive(source, chunks, wait))
                group.create_task(_send(target, chunks))
    except* OSError:
        pass
    except* asyncio.CancelledError:
        pass  # by _close, which alone ends the proxy
    finally:
        writer.close()
        other_writer.close()


async def _receive(reader, chunks, wait):
    chunk = True
    while chunk:
        chunk = await reader.read(1 << 16)
        chunks.put_nowait((time.monotonic() + wait, chunk))


async def _send(writer, chunks):
    while True:
        due, chunk = await chunks.get()
        await asyncio.sleep(max(0, due - time.monotonic()))
        if not chunk:  # the end, which takes its time as well
            writer.write_eof()
            return
        writer.write(chunk)
        await writer.drain()


async def _close(server):
    server.close()
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
