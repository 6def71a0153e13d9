"""Fetch the files of an MNIST-like set: whole or not at all, and without hanging."""

import gzip
import hashlib
import math
import os
import queue
import struct
import threading
import time
import urllib.request
import uuid
from pathlib import Path
from urllib.parse import urlsplit

from tqdm.auto import tqdm

from course_lib.data import reasons

PATIENCE = 4.0  # seconds that a mirror has to answer, and then for each LEAST bytes
LEAST = 32 * 1024
MOST = 64 * 1024**2  # bytes: no file of these sets comes near, so something is wrong


class DataError(RuntimeError):
    """A data set could not be had: `reason` says why, the message also what to do.

    `hint` is the part of it that helps against this very cause, "" where none is known.
    """

    def __init__(self, reason: str, advice: str = "", *, hint: str = ""):
        advice = f"{hint} {advice}".strip()
        super().__init__(f"{reason}. {advice}" if advice else reason)
        self.reason = reason
        self.hint = hint


def complete(
    raw: Path,
    resources: list[tuple[str, str]],
    mirrors: list[str],
    *,
    mend: bool,
    offline: bool | None = None,
) -> None:
    """See that the idx files of a set lie whole in the folder `raw`; fetch the others.

    `resources` holds (name of the .gz file, its md5) and `mirrors` the addresses to
    put before the name, both as torchvision's classes have them. A .gz file that lies
    in `raw` is unpacked and not downloaded. A damaged idx file is fetched again with
    `mend`, and otherwise left as it is and reported. offline: as data.load has it.
    Raises DataError.
    """
    mirrors = list(mirrors)  # the ones that work come first, file by file
    for packed, md5 in resources:
        path = raw / packed.removesuffix(".gz")
        try:
            fault = find_fault(path)
            content = _read_if_there(raw / packed) if fault else b""
        except OSError as error:
            raise DataError(f"cannot read {path}: {reasons.why(error)}") from error
        if not fault:
            continue
        if fault != "missing" and not mend:
            advice = "Delete it, and the next load downloads it again."
            raise DataError(f"{path} is {fault}", advice)
        if not _matches(content, md5):
            if is_offline() if offline is None else offline:
                why = "COURSE_OFFLINE" if offline is None else "offline=True"
                reason = f"{path} is {fault}, and {why} forbids downloading it"
                raise DataError(reason, f"Take {why} away and try again.")
            _check_writable(raw)  # better known before the download than after it
            content = download(packed, md5, mirrors)
        _write(path, gzip.decompress(content))


def is_offline() -> bool:
    """Say whether the environment forbids downloading, by COURSE_OFFLINE."""
    return os.environ.get("COURSE_OFFLINE", "") not in ("", "0")


def find_fault(path: Path) -> str:
    """Say what is wrong with an idx file ("missing", "damaged: …"), or "" if nothing.

    Such a file holds a magic number and the sizes, big-endian int32, then the bytes.
    The sizes give away a cut file without reading it all; labels must be 0 to 9.
    """
    images = "images" in path.name
    length = 16 if images else 8
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            header = file.read(length)
            highest = 0 if images else max(file.read(), default=0)
    except FileNotFoundError:
        return "missing"
    if len(header) < length:
        return f"damaged: it has only {size} bytes"
    magic, count, *sides = struct.unpack(f">{length // 4}I", header)
    if (magic, sides) != ((0x803, [28, 28]) if images else (0x801, [])) or not count:
        return "damaged: its first bytes are not those of such a file"
    wanted = length + count * math.prod(sides)
    if size != wanted:
        return f"damaged: it has {size:,} bytes and should have {wanted:,}"
    return f"damaged: it holds the label {highest}" if highest > 9 else ""


def download(packed: str, md5: str, mirrors: list[str]) -> bytes:
    """Return a file's content from the first mirror that sends it unharmed.

    A mirror that failed comes last in `mirrors` after that. Raises DataError.
    """
    failures, hints = {}, []
    for mirror in tuple(mirrors):
        try:
            content = _fetch(mirror + packed)
            if _matches(content, md5):
                return content
            raise DataError("what it sent has another checksum")
        except DataError as error:
            failures.setdefault(error.reason, []).append(urlsplit(mirror).netloc)
            hints.append(error.hint)
            mirrors.append(mirrors.pop(mirrors.index(mirror)))  # next time the last
    whys = "; ".join(f"{', '.join(hosts)}: {why}" for why, hosts in failures.items())
    hint = " ".join(dict.fromkeys(filter(None, hints)))
    advice = f'{"Or" if hint else "Try again later, or"} load("digits"), which needs'
    reason = f"{packed} could not be downloaded ({whys})"
    raise DataError(reason, f"{advice} no network.", hint=hint)


def _fetch(url: str) -> bytes:
    """Download into memory (10 MB at the most), giving up on a mirror that dawdles.

    A socket's own time limit starts anew with each byte, and looking up a name has
    none. So a thread does the waiting, and this one watches the clock.
    """
    pieces, stop = queue.SimpleQueue(), threading.Event()
    wait = reasons.seconds(PATIENCE)
    # Longer than that, so that it is always this watching thread that gives up.
    arguments = (url, pieces, stop, 2 * wait)
    threading.Thread(target=_stream, args=arguments, daemon=True).start()
    content, size, counted = bytearray(), None, 0
    deadline = time.monotonic() + wait
    name = url.rpartition("/")[2]
    try:
        with tqdm(desc=name, unit="B", unit_scale=True, leave=False) as bar:
            while True:
                piece = pieces.get(timeout=max(0.0, deadline - time.monotonic()))
                if isinstance(piece, Exception):
                    reason, hint = reasons.of_failure(piece, url)
                    raise DataError(reason, hint=hint) from piece
                if isinstance(piece, int):  # the answer's headers: its length, or 0
                    bar.total = size = piece
                    deadline = time.monotonic() + wait
                elif piece:
                    content += piece
                    bar.update(len(piece))
                    if len(content) > MOST:
                        raise DataError(f"it sent more than {MOST:,} bytes")
                    if len(content) >= counted + LEAST:
                        counted = len(content)
                        deadline = time.monotonic() + wait
                elif len(content) < size:
                    raise DataError(f"broke off after {len(content):,} of {size:,} B")
                else:
                    return bytes(content)
    except queue.Empty:
        what = "no answer" if size is None else f"less than {LEAST // 1024} KiB more"
        reason, hint = reasons.of_silence(f"{what} in {wait:g} seconds", url)
        raise DataError(reason, hint=hint) from None
    finally:
        stop.set()


def _stream(
    url: str, pieces: queue.SimpleQueue, stop: threading.Event, wait: float
) -> None:
    """Put the answer's length, its bytes and b"" into the queue, or the exception."""
    try:
        request = urllib.request.Request(
            url, headers={"User-Agent": "autoencoder-course"}
        )
        with urllib.request.urlopen(request, timeout=wait) as response:
            pieces.put(int(response.headers.get("Content-Length") or 0))
            piece = b"-"
            while piece and not stop.is_set():
                piece = response.read1(64 * 1024)
                pieces.put(piece)
    except Exception as error:  # whatever it is, the watching thread reports it
        pieces.put(error)


def _check_writable(folder: Path) -> None:
    there = next(place for place in (folder, *folder.parents) if place.exists())
    if not os.access(there, os.W_OK):
        raise _cannot_write(there, "it is read-only")


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, whoever else is writing the same one."""
    partial = path.with_name(f"{path.name}.{uuid.uuid4().hex}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            partial.write_bytes(content)
            os.replace(partial, path)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise _cannot_write(path, reasons.why(error)) from error


def _cannot_write(path: Path, why: str) -> DataError:
    advice = "Set COURSE_DATA to a folder that you can write to, with 110 MB free."
    return DataError(f"cannot write {path}: {why}", advice)


def _read_if_there(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _matches(content: bytes, md5: str) -> bool:
    return hashlib.md5(content, usedforsecurity=False).hexdigest() == md5
