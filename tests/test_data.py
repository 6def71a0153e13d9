"""Test the data sets: their pictures, and all that can go wrong on the way to them.

Downloads come from a server on this machine; the suite never reaches the network.
"""

import colorsys
import errno
import gzip
import hashlib
import http.server
import json
import math
import os
import queue
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
import types
import urllib.error
import urllib.request
from pathlib import Path

import platformdirs
import pytest
import torch

from course_lib import data, doctor
from course_lib.data import download, torchvision_datasets
from course_lib.data.digits import place

REAL = Path(os.environ.get("COURSE_DATA") or "nowhere").absolute()
FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
SOON = 20  # seconds: far more than it takes, far less than a hang


def idx_files(n_train=20, n_test=10):
    """A small MNIST in its own format, by file name."""
    files, generator = {}, torch.Generator().manual_seed(1)
    for part, n in (("train", n_train), ("t10k", n_test)):
        pixels = torch.randint(0, 256, (n, 784), generator=generator).tolist()
        pixels = b"".join(bytes(row) for row in pixels)
        images, labels = f"{part}-images-idx3-ubyte", f"{part}-labels-idx1-ubyte"
        files[images] = struct.pack(">4I", 0x803, n, 28, 28) + pixels
        files[labels] = struct.pack(">2I", 0x801, n) + bytes(i % 10 for i in range(n))
    return files


RAW = idx_files()
PACKED = {f"{name}.gz": gzip.compress(content) for name, content in RAW.items()}
RESOURCES = [(f"{n}.gz", hashlib.md5(PACKED[f"{n}.gz"]).hexdigest()) for n in FILES]


class Mirror(http.server.ThreadingHTTPServer):
    """A mirror on this machine that behaves as its `mode` says."""

    daemon_threads = True
    request_queue_size = 20

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answer)
        self.mode, self.asked, self.bad_file = "fine", [], None
        self.over = threading.Event()
        self.barrier = None
        self.url = f"http://127.0.0.1:{self.server_port}/"
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self.over.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, request, client_address):
        """Say nothing: clients that hang up are what these tests are about."""


class Answer(http.server.BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def drip(self, seconds=8):
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self.server.over.wait(0.02):
            self.wfile.write(b"o")

    def do_GET(self):
        server, name = self.server, self.path.strip("/")
        server.asked.append(name)
        body = PACKED.get(name, b"")
        mode = server.mode if server.bad_file in (None, name) else "fine"
        if mode == "silent":
            server.over.wait(60)
            return
        if mode == "late":
            server.over.wait(1)
        if mode == "slow headers":
            self.wfile.write(b"HTTP/1.0 200 OK\r\nX-Slow: ")
            self.drip()
            return
        if mode == "404":
            self.send_error(404)
            return
        if mode == "altered":
            body = body[:-20] + bytes([body[-20] ^ 1]) + body[-19:]
        if mode == "portal":  # the log-in page of a hotel's network
            body = b"<html>Welcome! Please log in.</html>"
        if server.barrier:
            server.barrier.wait(60)
        self.send_response(200)
        if mode != "too long":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if mode == "trickle":
            self.drip()
        elif mode == "too long":
            self.wfile.write(bytes(4_000_000))
        else:
            self.wfile.write(body[: len(body) // 2] if mode == "cut" else body)


@pytest.fixture(autouse=True)
def alone(monkeypatch, tmp_path):
    """No settings from outside, a cache of the test's own, no mirror but ours."""
    monkeypatch.delenv("COURSE_DATA", raising=False)
    monkeypatch.delenv("COURSE_OFFLINE", raising=False)
    monkeypatch.delenv("COURSE_PATIENCE", raising=False)
    cache = tmp_path / "home" / "cache"
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda *a, **k: cache)
    monkeypatch.setattr(download, "PATIENCE", 30.0)  # for slow machines
    datasets = torchvision_datasets.import_datasets()
    for kind in (datasets.MNIST, datasets.FashionMNIST):
        monkeypatch.setattr(kind, "mirrors", [])
        monkeypatch.setattr(kind, "resources", RESOURCES)
    return cache


@pytest.fixture
def use_mirrors(monkeypatch):
    datasets = torchvision_datasets.import_datasets()

    def use(*urls):
        monkeypatch.setattr(datasets.MNIST, "mirrors", list(urls))
        monkeypatch.setattr(datasets.FashionMNIST, "mirrors", list(urls))

    return use


@pytest.fixture
def mirror(use_mirrors):
    server = Mirror()
    use_mirrors(server.url)
    yield server
    server.close()


@pytest.fixture
def root(tmp_path):
    """A folder named by the user that holds the small MNIST."""
    folder = tmp_path / "named"
    put(folder)
    return folder


def put(folder, files=RAW, kind="MNIST"):
    raw = folder / kind / "raw"
    raw.mkdir(parents=True)
    for name, content in files.items():
        (raw / name).write_bytes(content)
    return raw


def check_small(dataset):
    for split, part in ((dataset.train, "train"), (dataset.test, "t10k")):
        pixels = split.images.numpy().tobytes()
        assert RAW[f"{part}-images-idx3-ubyte"][16:] == pixels
        assert RAW[f"{part}-labels-idx1-ubyte"][8:] == bytes(split.labels.tolist())
        assert split.images.shape == (len(split), 1, 28, 28)
        assert (split.images.dtype, split.labels.dtype) == (torch.uint8, torch.int64)


def files_in(folder):
    """All that lies in a folder, by relative name, with its content."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


# --- reading what is there -----------------------------------------------------------


@pytest.mark.skipif(not (REAL / "MNIST/raw").is_dir(), reason="COURSE_DATA: no MNIST")
def test_the_real_mnist_is_read_as_published():
    mnist = data.load("mnist", root=REAL)
    assert (len(mnist.train), len(mnist.test)) == (60_000, 10_000)
    header = struct.pack(">4I", 0x803, 60_000, 28, 28)
    sha = hashlib.sha256(header + mnist.train.images.numpy().tobytes()).hexdigest()
    assert sha == "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"
    counts = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert mnist.train.labels.bincount().tolist() == counts
    assert mnist.test.labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]


def test_a_named_folder_is_read_and_left_alone(root):
    before = files_in(root)
    dataset = data.load("mnist", root=root)
    check_small(dataset)
    assert dataset.name == "mnist"
    assert dataset.classes == tuple("0123456789")
    assert files_in(root) == before


def test_course_data_names_the_folder_and_root_goes_first(root, tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", str(root))
    check_small(data.load("mnist"))
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("COURSE_OFFLINE", "1")
    with pytest.raises(data.DataError, match="empty"):
        data.load("mnist", root=tmp_path / "empty")


def test_an_empty_course_data_counts_as_unset(alone, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", "")
    assert data.folder() == alone


def test_a_tilde_and_a_relative_name_are_understood(root, monkeypatch):
    monkeypatch.chdir(root.parent)
    assert data.folder("named") == root
    monkeypatch.setenv("HOME", str(root.parent))
    monkeypatch.setenv("USERPROFILE", str(root.parent))
    assert data.folder("~/named") == root


def test_fashion_mnist_has_its_own_folder_and_names(tmp_path):
    put(tmp_path / "data", kind="FashionMNIST")
    dataset = data.load("fashion-mnist", root=str(tmp_path / "data"))
    check_small(dataset)
    assert dataset.classes[0] == "T-shirt/top"
    assert str(dataset).startswith("Fashion-MNIST, 20 training and 10 test images")


def test_packed_files_are_unpacked_without_a_download(tmp_path, monkeypatch):
    raw = put(tmp_path / "data", PACKED)
    monkeypatch.setenv("COURSE_OFFLINE", "1")
    check_small(data.load("mnist", root=tmp_path / "data"))
    assert files_in(raw) == RAW | PACKED


def test_a_damaged_packed_file_is_passed_over(mirror, tmp_path):
    broken = {name: content[:-9] for name, content in PACKED.items()}
    raw = put(tmp_path / "data", broken)
    check_small(data.load("mnist", root=tmp_path / "data"))
    assert files_in(raw) == RAW | broken


def test_representations_are_short_and_telling(root):
    dataset = data.load("mnist", root=root)
    line = f"MNIST, 20 training and 10 test images, from {root}"
    assert str(dataset) == line
    assert repr(dataset) == f"Dataset({line})"
    assert repr(dataset.train) == "Split(20 images of 28×28)"
    with pytest.raises(AttributeError):
        dataset.name = "other"


# --- arguments -----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["MNIST", "", None, 3, ["mnist"], "cifar"])
def test_an_unknown_name_is_refused(name):
    known = r"wanted one of mnist, fashion-mnist, digits, sprites, sprites-colour"
    with pytest.raises(ValueError, match=rf"^name: got .*{known}"):
        data.load(name)


@pytest.mark.parametrize("fallback", ["Digits", "", 3])
def test_an_unknown_fallback_is_refused_before_anything_else(fallback):
    with pytest.raises(ValueError, match=r"^fallback: got .*wanted one of mnist"):
        data.load("mnist", fallback=fallback)


def test_a_fallback_on_itself_is_refused():
    with pytest.raises(ValueError, match="fallback: got 'digits', the same as name"):
        data.load("digits", fallback="digits")


def test_a_named_folder_that_is_not_there_is_an_error(tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    with pytest.raises(ValueError, match=r"^root: there is no folder .*gone"):
        data.load("mnist", root=gone, fallback="digits")
    monkeypatch.setenv("COURSE_DATA", str(gone))
    with pytest.raises(ValueError, match=r"^COURSE_DATA: there is no folder .*gone"):
        data.load("mnist", fallback="digits")
    assert not gone.exists()


@pytest.mark.parametrize("deep", ["MNIST", "MNIST/raw"])
def test_a_folder_too_deep_is_told(deep, root, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", str(root / deep))
    with pytest.raises(ValueError, match=f"COURSE_DATA: .*lie: name {root}$"):
        data.load("mnist", fallback="digits")
    with pytest.raises(doctor.Trouble, match=f"name {root}$"):
        doctor.check_data()


def test_files_in_no_folder_of_theirs_are_told(root, tmp_path):
    (root / "MNIST/raw").rename(tmp_path / "loose")
    loose = tmp_path / "loose"
    with pytest.raises(ValueError, match=f"root: .*move them to {loose}/MNIST/raw$"):
        data.load("mnist", root=loose)
    put(loose)  # now they are also where they belong
    check_small(data.load("mnist", root=loose))


def test_a_user_without_a_home_has_a_cache_all_the_same(monkeypatch, tmp_path):
    """As in a container that gives each user a number, and no home."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(data.tempfile, "tempdir", None)

    def homeless(*args, **kwargs):
        raise RuntimeError("could not determine the home directory")

    for cache in (homeless, lambda *a, **k: Path("~/.cache/autoencoder-course")):
        monkeypatch.setattr(platformdirs, "user_cache_path", cache)
        assert data.folder() == tmp_path / "autoencoder-course"


@pytest.mark.parametrize("root", ["", 3])
def test_a_root_that_is_no_name_is_an_error(root):
    with pytest.raises(ValueError, match=r"^root: got .*wanted the name of a folder"):
        data.load("mnist", root=root)


def test_to_float_divides_by_255():
    images = torch.arange(256, dtype=torch.uint8).view(4, 1, 8, 8)
    floats = data.to_float(images)
    assert (floats.dtype, floats.shape) == (torch.float32, images.shape)
    torch.testing.assert_close(floats.flatten(), torch.linspace(0, 1, 256))
    assert images.max() == 255  # the argument is left alone


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (torch.arange(5), r"got int64 of shape \(5,\), which looks like labels"),
        (torch.zeros(5, dtype=torch.uint8), r"uint8 of shape \(5,\), which looks"),
        (torch.zeros(2, 784), r"float32 of shape \(2, 784\), which look converted"),
        (torch.zeros(2, 784, dtype=torch.int32), r"int32 of shape \(2, 784\); want"),
        ([[0, 255]], "got list; wanted a torch tensor of uint8"),
    ],
)
def test_to_float_refuses_all_but_bytes(images, message):
    with pytest.raises(ValueError, match=f"^images: .*{message}"):
        data.to_float(images)


# --- downloading ---------------------------------------------------------------------


def test_a_missing_set_is_downloaded_once_into_the_cache(mirror, alone, capsys):
    check_small(data.load("mnist"))
    assert files_in(alone) == {f"MNIST/raw/{name}": RAW[name] for name in FILES}
    assert mirror.asked == list(PACKED)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert FILES[0] in printed.err  # a progress bar, which is wiped out in the end
    assert "\n" not in printed.err
    assert printed.err.split("\r")[-2:] == [" " * len(printed.err.split("\r")[-2]), ""]
    mirror.close()
    check_small(data.load("mnist"))


def test_a_folder_that_lacks_the_set_is_filled(mirror, root):
    raw = root / "MNIST/raw"
    (raw / FILES[2]).unlink()
    check_small(data.load("mnist", root=root))
    assert mirror.asked == [f"{FILES[2]}.gz"]
    assert files_in(raw) == RAW


@pytest.mark.parametrize(
    ("mode", "why"),
    [
        ("silent", "no answer in 0.4 seconds"),
        ("slow headers", "no answer in 0.4 seconds"),
        ("trickle", "(less than 32 KiB more|no answer) in 0.4 seconds"),
        ("cut", r"broke off after [\d,]+ of [\d,]+ B"),
        ("altered", "what it sent has another checksum"),
        ("portal", "what it sent has another checksum"),
        ("too long", "more than 1,000,000 bytes"),
        ("404", "HTTP 404 Not Found"),
    ],
)
def test_a_bad_mirror_is_given_up_on(mode, why, mirror, alone, monkeypatch):
    mirror.mode, start = mode, time.monotonic()
    reason = rf"could not be downloaded \(127\.0\.0\.1:\d+: .*{why}\)\. Try again"
    with monkeypatch.context() as patch:
        patch.setattr(download, "MOST", 1_000_000)
        if "seconds" in why:
            patch.setattr(download, "PATIENCE", 0.4)
        with pytest.raises(data.DataError, match=reason):
            data.load("mnist")
    assert time.monotonic() - start < SOON
    assert not alone.exists()
    mirror.mode = "fine"
    check_small(data.load("mnist"))


@pytest.mark.parametrize(
    ("mode", "why"),
    [
        ("silent", "no answer in 0.4 seconds"),
        ("cut", "broke off after"),
        ("altered", "what it sent has another checksum"),
        ("404", "HTTP 404 Not Found"),
    ],
)
def test_the_doctor_names_what_is_wrong_with_the_mirrors(
    mode, why, mirror, alone, monkeypatch
):
    mirror.mode = mode
    with monkeypatch.context() as patch:
        if "seconds" in why:
            patch.setattr(download, "PATIENCE", 0.4)
        with pytest.raises(
            doctor.Trouble, match=f"MNIST is not in {alone}.*{why}"
        ) as e:
            doctor.check_data()
    assert "HTTPS_PROXY" in e.value.remedy
    assert (
        f"copy the folder MNIST/raw from another machine to {alone}" in e.value.remedy
    )
    mirror.mode = "fine"
    assert doctor.check_data().endswith("yet: the lessons download it")
    assert set(mirror.asked) == {min(PACKED, key=lambda name: len(PACKED[name]))}
    assert not alone.exists()


def test_the_doctor_takes_what_it_asked_itself_for_no_setting(
    mirror, root, monkeypatch
):
    """It looks without downloading: what is missing, the lessons download."""
    (root / "MNIST/raw" / FILES[3]).unlink()
    monkeypatch.setenv("COURSE_DATA", str(root))
    said = doctor.check_data()
    assert said == f"{FILES[3]} is not in {root}/MNIST/raw yet: the lessons download it"
    mirror.mode = "404"
    with pytest.raises(doctor.Trouble, match="HTTP 404") as error:
        doctor.check_data()
    assert "forbids" not in f"{error.value} {error.value.remedy}"


def test_a_dead_proxy_is_not_taken_for_the_mirror(use_mirrors, monkeypatch):
    monkeypatch.setattr(urllib.request, "proxy_bypass", lambda host: False)
    monkeypatch.setattr(urllib.request, "_opener", None)  # it remembers its proxies
    use_mirrors("http://mirror.invalid/")
    with socket.socket() as bound:  # bound, but nobody listens
        bound.bind(("127.0.0.1", 0))
        proxy = f"127.0.0.1:{bound.getsockname()[1]}"
        monkeypatch.setenv("http_proxy", f"http://me:secret@{proxy}")
        why = rf"\(mirror.invalid: the proxy {proxy}: .*refused\)\. Correct the proxy"
        with pytest.raises(data.DataError, match=why) as error:
            data.load("mnist")
        assert "secret" not in str(error.value)
        with pytest.raises(doctor.Trouble, match="the proxy") as error:
            doctor.check_data()
        assert "Correct the proxy" in error.value.remedy
        assert "has a network" not in error.value.remedy


def test_a_certificate_that_is_not_trusted_is_named(use_mirrors, monkeypatch):
    def refuse(*args, **kwargs):
        error = ssl.SSLCertVerificationError(1, "certificate verify failed")
        error.verify_message = "self-signed certificate in certificate chain"
        raise urllib.error.URLError(error)

    monkeypatch.setattr(urllib.request, "urlopen", refuse)
    use_mirrors("https://mirror.invalid/")
    with pytest.raises(data.DataError, match=r"not trusted \(self-signed") as error:
        data.load("mnist")
    for word in ("SSL_CERT_FILE", "Install Certificates.command"):
        assert word in str(error.value)
    with pytest.raises(doctor.Trouble) as error:
        doctor.check_data()
    assert "SSL_CERT_FILE" in error.value.remedy
    assert "has a network" not in error.value.remedy


def test_a_slow_network_can_be_given_time(mirror, monkeypatch):
    monkeypatch.setattr(download, "PATIENCE", 0.2)
    mirror.mode = "late"
    with pytest.raises(data.DataError, match=r"in 0\.2 seconds.*COURSE_PATIENCE=60"):
        data.load("mnist")
    monkeypatch.setenv("COURSE_PATIENCE", "60")
    check_small(data.load("mnist"))


@pytest.mark.parametrize("value", ["soon", "0", "-1", "nan", "inf"])
def test_a_patience_that_is_no_time_is_refused(value, mirror, monkeypatch):
    monkeypatch.setenv("COURSE_PATIENCE", value)
    with pytest.raises(ValueError, match=f"COURSE_PATIENCE: got '{value}'; wanted"):
        data.load("mnist")


def test_a_connection_refused_is_told(use_mirrors):
    with socket.socket() as bound:  # bound, but nobody listens
        bound.bind(("127.0.0.1", 0))
        use_mirrors(f"http://127.0.0.1:{bound.getsockname()[1]}/")
        with pytest.raises(data.DataError, match="refused"):
            data.load("mnist")


@pytest.mark.parametrize(
    ("hangs", "why"), [(True, "no answer in 0.4 seconds"), (False, "no such name")]
)
def test_a_name_server_that_fails_or_hangs(hangs, why, use_mirrors, monkeypatch):
    over = threading.Event()
    if hangs:
        monkeypatch.setattr(download, "PATIENCE", 0.4)

    def getaddrinfo(*args, **kwargs):
        if hangs:
            over.wait(60)
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    use_mirrors("http://one.invalid/", "http://two.invalid/")
    start = time.monotonic()
    with pytest.raises(data.DataError, match=rf"\(one.invalid, two.invalid: {why}\)"):
        data.load("mnist")
    assert time.monotonic() - start < SOON
    over.set()


@pytest.mark.parametrize(("size", "enough"), [(10, True), (9, False)])
def test_a_slow_mirror_is_waited_for_while_it_is_steady(size, enough, monkeypatch):
    """It sends 8 pieces, 3 seconds apart by a clock of the test's own."""
    clock = types.SimpleNamespace(now=0.0)
    todo = [8 * size] + 8 * [bytes(size)] + [b""]

    class Pieces:
        def get(self, timeout):
            clock.now += min(timeout, 3)
            if timeout < 3:
                raise queue.Empty
            return todo.pop(0)

    fake = types.SimpleNamespace(SimpleQueue=Pieces, Empty=queue.Empty)
    monkeypatch.setattr(download, "queue", fake)
    monkeypatch.setattr(download, "_stream", lambda *args: None)
    fake_time = types.SimpleNamespace(monotonic=lambda: clock.now)
    monkeypatch.setattr(download, "time", fake_time)
    monkeypatch.setattr(download, "PATIENCE", 4.0)
    monkeypatch.setattr(download, "LEAST", 10)
    if enough:
        assert download._fetch("http://slow.invalid/file") == bytes(80)
    else:
        with pytest.raises(data.DataError, match="more in 4 seconds"):
            download._fetch("http://slow.invalid/file")


@pytest.mark.parametrize("mode", ["silent", "cut", "altered", "404"])
def test_the_next_mirror_helps_and_is_then_the_first(
    mode, mirror, use_mirrors, monkeypatch
):
    if mode == "silent":
        monkeypatch.setattr(download, "PATIENCE", 2.0)
    worse = Mirror()
    worse.mode = mode
    use_mirrors(worse.url, mirror.url)
    check_small(data.load("mnist"))
    assert worse.asked == [f"{FILES[0]}.gz"]
    assert mirror.asked == list(PACKED)
    worse.close()


def test_what_came_whole_stays_and_the_next_try_goes_on(mirror, alone):
    mirror.mode, mirror.bad_file = "cut", f"{FILES[2]}.gz"
    with pytest.raises(data.DataError, match=FILES[2]):
        data.load("mnist")
    raw = alone / "MNIST/raw"
    assert files_in(raw) == {name: RAW[name] for name in FILES[:2]}
    mirror.asked.clear()
    mirror.mode = "fine"
    check_small(data.load("mnist"))
    assert mirror.asked == [f"{name}.gz" for name in FILES[2:]]


@pytest.mark.parametrize("value", ["1", "true"])
def test_course_offline_forbids_downloading(value, mirror, alone, monkeypatch):
    monkeypatch.setenv("COURSE_OFFLINE", value)
    with pytest.raises(data.DataError, match="is missing, and COURSE_OFFLINE forbids"):
        data.load("mnist")
    assert mirror.asked == []
    assert not alone.exists()
    monkeypatch.setenv("COURSE_OFFLINE", "0")
    check_small(data.load("mnist"))


def test_an_argument_forbids_or_allows_downloading(mirror, alone, monkeypatch):
    with pytest.raises(data.DataError, match="is missing, and offline=True forbids"):
        data.load("mnist", offline=True)
    assert mirror.asked == []
    assert data.load("mnist", fallback="digits", offline=True).name == "digits"
    monkeypatch.setenv("COURSE_OFFLINE", "1")
    check_small(data.load("mnist", offline=False))


@pytest.mark.parametrize("when", ["writing", "renaming"])
def test_a_full_disk_leaves_nothing_half_written(when, mirror, alone, monkeypatch):
    def full(*args):
        if when == "writing":
            path, content = args
            with open(path, "wb") as file:
                file.write(content[:100])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        if when == "writing":
            patch.setattr(Path, "write_bytes", full)
        else:
            patch.setattr(os, "replace", full)
        with pytest.raises(data.DataError, match=r"cannot write .*No space left"):
            data.load("mnist")
    assert files_in(alone) == {}
    check_small(data.load("mnist"))


def test_a_read_only_cache_is_told_before_the_download(mirror, alone, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(os, "access", lambda path, mode: False)
        with pytest.raises(data.DataError, match=r"cannot write .*is read-only"):
            data.load("mnist")
    assert mirror.asked == []
    check_small(data.load("mnist"))


HOMELESS = """
import json, sys
from course_lib import data
from course_lib.data.torchvision_datasets import import_datasets
kind = import_datasets().MNIST
kind.mirrors, kind.resources = json.loads(sys.argv[1])
data.load("mnist", fallback="digits")
"""


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="Linux has /proc")
def test_a_home_that_nobody_can_write_to_leaves_digits(mirror):
    """Nobody, root included, can make a file or a folder in /proc."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("XDG_")}
    env |= {"HOME": "/proc/none", "PYTHONPATH": str(Path(data.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", HOMELESS, json.dumps([[mirror.url], RESOURCES])],
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Data: digits, 1,437 training and 360 test images")
    assert (
        "because MNIST could not be had: cannot write /proc/none/.cache/" in done.stdout
    )


def test_a_file_where_a_folder_should_be_is_told(mirror, tmp_path):
    (tmp_path / "MNIST").write_text("not a folder")
    with pytest.raises(data.DataError, match=r"cannot read .*MNIST"):
        data.load("mnist", root=tmp_path)


CHILD = """
import json, os, sys, urllib.request
from course_lib import data
from course_lib.data import download
assert not {"torchvision", "sklearn"} & set(sys.modules), "imported before it is needed"
from course_lib.data.torchvision_datasets import import_datasets
kind = import_datasets().MNIST
url, resources, root = json.loads(sys.argv[1])
kind.mirrors, kind.resources, download.PATIENCE = [url], resources, 60

def replace(*names, really=os.replace):
    urllib.request.urlopen(url + "meet", timeout=60).close()
    really(*names)

os.replace = replace
print(data.load("mnist", root=root))
"""


def test_two_processes_download_at_once(mirror, tmp_path):
    """Both have asked for a file before it is sent, and written it before it is named.

    The server holds each of them back until the other has come as far.
    """
    mirror.barrier = threading.Barrier(2)
    root = tmp_path / "shared"
    root.mkdir()
    argument = json.dumps([mirror.url, RESOURCES, str(root)])
    path = str(Path(data.__file__).parents[1])
    env = os.environ | {"PYTHONPATH": path, "OMP_NUM_THREADS": "1"}
    children = [
        subprocess.Popen(
            [sys.executable, "-c", CHILD, argument],
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for child in children:
        out, err = child.communicate(timeout=120)
        assert child.returncode == 0, err
        assert out == f"MNIST, 20 training and 10 test images, from {root}\n"
    assert sorted(mirror.asked) == sorted(2 * [*PACKED, *4 * ["meet"]])
    assert files_in(root / "MNIST/raw") == RAW


# --- damaged files -------------------------------------------------------------------


def relabelled(content):
    return content[:-1] + b"\xc8"


DAMAGE = [
    (FILES[0], lambda content: content[:-1], "has 15,695 bytes and should have 15,696"),
    (FILES[0], lambda content: content + b"!", "bytes and should have"),
    (FILES[0], lambda content: b"", "has only 0 bytes"),
    (FILES[0], lambda content: b"<html>" + content[6:], "first bytes are not those"),
    (FILES[0], lambda content: content[:8] + bytes(8) + content[16:], "first bytes"),
    (FILES[1], lambda content: content[:-1], "has 27 bytes and should have 28"),
    (FILES[1], lambda content: content[:4] + bytes(4), "first bytes are not those"),
    (FILES[3], relabelled, "holds the label 200"),
]


@pytest.mark.parametrize(("name", "harm", "why"), DAMAGE)
def test_a_damaged_file_of_the_users_is_reported_not_touched(
    name, harm, why, root, mirror
):
    path = root / "MNIST/raw" / name
    path.write_bytes(harm(RAW[name]))
    before = files_in(root)
    with pytest.raises(data.DataError, match=f"{name} is damaged: .*{why}.*Delete it"):
        data.load("mnist", root=root)
    assert files_in(root) == before
    assert mirror.asked == []
    path.unlink()  # as the message advises
    check_small(data.load("mnist", root=root))


@pytest.mark.parametrize(("name", "harm", "why"), DAMAGE)
def test_a_damaged_file_of_the_cache_is_fetched_again(name, harm, why, mirror, alone):
    raw = put(alone)
    (raw / name).write_bytes(harm(RAW[name]))
    check_small(data.load("mnist"))
    assert mirror.asked == [f"{name}.gz"]
    assert files_in(raw) == RAW


def test_a_damaged_file_that_cannot_be_mended_is_named(alone, monkeypatch):
    raw = put(alone)
    (raw / FILES[0]).write_bytes(b"")
    monkeypatch.setenv("COURSE_OFFLINE", "1")
    with pytest.raises(data.DataError, match=f"{FILES[0]} is damaged.*COURSE_OFFLINE"):
        data.load("mnist")
    assert (raw / FILES[0]).exists()


def test_pictures_and_labels_must_be_equally_many(tmp_path):
    put(tmp_path / "data", RAW | {FILES[3]: idx_files(n_test=9)[FILES[3]]})
    with pytest.raises(data.DataError, match="10 images and 9 labels for t10k"):
        data.load("mnist", root=tmp_path / "data")


# --- the fallback --------------------------------------------------------------------


def test_with_a_fallback_the_line_says_what_is_used(root, capsys):
    assert data.load("mnist", root=root, fallback="digits").name == "mnist"
    line = f"Data: MNIST, 20 training and 10 test images, from {root}\n"
    assert capsys.readouterr().out == line


def test_the_fallback_is_taken_and_says_why(mirror, capsys):
    mirror.mode = "404"
    dataset = data.load("mnist", fallback="digits")
    assert dataset.name == "digits"
    assert capsys.readouterr().out == (
        "Data: digits, 1,437 training and 360 test images, carried by scikit-learn, "
        f"because MNIST could not be had: {FILES[0]}.gz could not be downloaded "
        f"(127.0.0.1:{mirror.server_port}: HTTP 404 Not Found)\n"
    )


@pytest.mark.parametrize(
    "error",
    [ModuleNotFoundError("No module named 'torchvision'"), OSError("bad library")],
)
def test_without_torchvision_the_fallback_is_taken(error, monkeypatch, capsys):
    def broken():
        raise error

    monkeypatch.setattr(data, "import_datasets", broken)
    assert data.load("mnist", fallback="digits").name == "digits"
    assert f"because MNIST could not be had: torchvision does not import: {error}" in (
        capsys.readouterr().out
    )
    with pytest.raises(data.DataError, match="Ask the doctor"):
        data.load("mnist")


def test_a_fallback_that_fails_too_is_an_error(mirror):
    mirror.mode = "404"
    with pytest.raises(data.DataError, match="404"):
        data.load("fashion-mnist", fallback="mnist")


# --- digits and sprites --------------------------------------------------------------


@pytest.fixture(scope="module")
def digits():
    return data.load("digits")


@pytest.fixture(scope="module")
def sprites():
    return data.load("sprites")


def centre_of_mass(images):
    """In pixels from the middle of the first pixel: x and y, each (n,)."""
    weight, index = images.squeeze(1).double(), torch.arange(28.0).double()
    total = weight.sum((1, 2))
    x, y = ((weight.sum(axis) * index).sum(1) / total for axis in (1, 2))
    return x, y


def test_digits_are_scikit_learns_split_evenly(digits):
    from sklearn.datasets import load_digits

    assert (len(digits.train), len(digits.test)) == (1437, 360)
    assert digits.test.labels.bincount().tolist() == [36] * 10
    both = torch.cat((digits.train.labels, digits.test.labels)).bincount()
    assert both.tolist() == torch.from_numpy(load_digits().target).bincount().tolist()
    assert digits.train.images.shape == (1437, 1, 28, 28)
    assert (digits.train.images.dtype, digits.train.labels.dtype) == (
        torch.uint8,
        torch.int64,
    )
    rows = torch.cat((digits.train.images, digits.test.images)).flatten(1)
    assert len(rows.unique(dim=0)) == 1797  # nothing is in both parts, nothing twice
    again = data.load("digits")
    assert torch.equal(again.train.images, digits.train.images)
    assert digits.train.factors is None


def test_digits_labels_belong_to_their_pictures(digits):
    """The nearest mean picture of a class names most of the test pictures."""
    images, labels = data.to_float(digits.train.images).flatten(1), digits.train.labels
    means = torch.stack([images[labels == digit].mean(0) for digit in range(10)])
    nearest = torch.cdist(data.to_float(digits.test.images).flatten(1), means).argmin(1)
    assert (nearest == digits.test.labels).float().mean() > 0.8


def test_a_small_picture_is_placed_upright_and_in_proportion():
    small = torch.zeros(2, 8, 8)
    small[0, 1:7, 2] = 1  # an L, six high and four wide: in the box, 18 by 12
    small[0, 6, 2:6] = 1
    small[1, 0] = 1  # a bar along the upper edge: it comes to the middle
    el, bar = place(small).squeeze(1) > 127
    across, down = torch.where(el.any(0))[0], torch.where(el.any(1))[0]
    assert len(down) == pytest.approx(18, abs=1)
    assert len(across) == pytest.approx(12, abs=1)
    assert el[:, across[1]].sum() > 16  # its stem stands left
    assert el[down[-2]].sum() > 10  # and its foot lies below
    assert bar.any(0).sum() == pytest.approx(18, abs=1)
    assert torch.where(bar.any(1))[0].float().mean() == pytest.approx(14, abs=0.6)


def test_digits_lie_on_the_canvas_as_mnists_do(digits):
    images = digits.train.images
    x, y = centre_of_mass(images)
    for centre in (x, y):  # MNIST: within 0.52 of pixel 14, on average 14.00
        assert (centre - 14).abs().max() < 0.6
        assert abs(centre.mean() - 14) < 0.05
    ink = images.squeeze(1) > 0
    extent = torch.maximum(ink.any(2).sum(1), ink.any(1).sum(1))
    assert extent.max() <= 20
    assert extent.float().mean() > 19
    assert (images.amax((1, 2, 3)) == 255).all()
    floats = data.to_float(images)
    assert 0.12 < floats.mean() < 0.14  # MNIST: 0.1307
    between = ((floats > 0.02) & (floats < 0.98)).float().mean()
    assert 0.09 < between < 0.16  # a soft edge; MNIST: 0.114, a plain enlargement 0.3


def test_sprites_have_the_shapes_and_ranges_they_say(sprites):
    assert (len(sprites.train), len(sprites.test)) == (10_000, 2_000)
    assert sprites.classes == ("square", "ellipse", "heart")
    for split in (sprites.train, sprites.test):
        assert split.images.shape == (len(split), 1, 28, 28)
        assert split.images.dtype == torch.uint8
        assert split.labels.dtype == torch.int64
        assert split.factor_names == ("shape", "scale", "rotation", "x", "y")
        assert (split.factors.dtype, split.factors.shape) == (
            torch.float32,
            (len(split), 5),
        )
        assert torch.equal(split.factors[:, 0].long(), split.labels)
        low, high = split.factors.amin(0), split.factors.amax(0)
        wanted = torch.tensor([[0, 0.5, 0, 8, 8], [2, 1, 2 * math.pi, 20, 20]])
        assert (low >= wanted[0]).all()
        assert (high <= wanted[1]).all()
        assert ((high - low) > 0.99 * (wanted[1] - wanted[0])).all()
        correlation = torch.corrcoef(split.factors.T).fill_diagonal_(0)
        assert correlation.abs().max() < 0.07  # independent draws
        rows, columns = split.images[:, :, [0, -1]], split.images[..., [0, -1]]
        assert max(rows.max(), columns.max()) == 0  # nothing is cut off
    assert "factors shape" in repr(sprites.train)
    again = data.load("sprites")
    assert torch.equal(again.train.images, sprites.train.images)
    assert torch.equal(again.test.factors, sprites.test.factors)


def test_a_sprites_place_and_size_can_be_measured_in_its_picture(sprites):
    split = sprites.test
    x, y = centre_of_mass(split.images)
    assert (x + 0.5 - split.factors[:, 3]).abs().max() < 0.1
    assert (y + 0.5 - split.factors[:, 4]).abs().max() < 0.1
    # A heart is a square of half its unit's area and half discs of radius √(1/8).
    tip = (0.25 + 3 * math.pi / 32 + 1 / 24) / (0.5 + math.pi / 8)
    unit = torch.tensor([2.0, math.pi / 2, (0.5 + math.pi / 8) / tip**2])
    area = unit[split.labels] * (7 * split.factors[:, 1]) ** 2
    ratio = data.to_float(split.images).sum((1, 2, 3)) / area
    assert (ratio - 1).abs().max() < 0.05


def test_a_sprites_rotation_can_be_measured_in_its_picture(sprites):
    """An ellipse by its long axis, a heart by its tip, counter-clockwise on screen."""
    split, pixel = sprites.test, torch.arange(28.0) + 0.5
    weight = data.to_float(split.images).squeeze(1)
    right = pixel - split.factors[:, 3, None, None]
    up = split.factors[:, 4, None, None] - pixel[:, None]
    angle = split.factors[:, 2]
    spread = (weight * right * right - weight * up * up).sum((1, 2))
    tilt = torch.atan2(2 * (weight * right * up).sum((1, 2)), spread) / 2
    ellipse, heart = split.labels == 1, split.labels == 2
    assert (torch.sin(tilt - angle)[ellipse].abs() < 0.03).all()
    # The way up from the tip, in the heart's own frame: most ink lies far below it,
    # so the third moment along it is negative.
    along = right * -angle.sin()[:, None, None] + up * angle.cos()[:, None, None]
    assert ((weight * along**3).sum((1, 2))[heart] < 0).all()


def test_sprites_in_colour_are_the_sprites_each_in_its_hue(sprites):
    coloured = data.load("sprites-colour")
    assert (coloured.name, coloured.classes) == ("sprites-colour", sprites.classes)
    assert "2,000 colour images" in repr(coloured.test)
    for split, white in (
        (coloured.train, sprites.train),
        (coloured.test, sprites.test),
    ):
        assert split.images.shape == (len(white), 3, 28, 28)
        assert split.images.dtype == torch.uint8
        assert torch.equal(split.labels, white.labels)
        assert split.factor_names == (*white.factor_names, "hue")
        assert torch.equal(split.factors[:, :5], white.factors)
        assert torch.equal(split.images.amax(1, keepdim=True), white.images)
        hue = split.factors[:, 5]
        assert hue.min() >= 0
        assert 0.99 * 2 * math.pi < hue.max() < 2 * math.pi
        assert hue.histc(12, 0, 2 * math.pi).min() > 0.7 * len(hue) / 12
        assert torch.corrcoef(split.factors.T).fill_diagonal_(0).abs().max() < 0.07
    again = data.load("sprites-colour")
    assert torch.equal(again.test.images, coloured.test.images)
    assert torch.equal(again.test.factors, coloured.test.factors)


def test_a_sprites_hue_can_be_measured_in_its_picture():
    """By the standard library's own conversion, at each picture's brightest pixel."""
    split = data.load("sprites-colour").test
    brightest = split.images.amax(1).flatten(1).argmax(1)
    parts = zip(split.images.flatten(2), brightest, split.factors[:, 5], strict=True)
    for image, pixel, hue in parts:
        colour = (image[:, pixel] / 255).tolist()
        found, saturation, value = colorsys.rgb_to_hsv(*colour)
        assert (saturation, value) == (1, 1)
        away = (2 * math.pi * found - hue.item() + math.pi) % (2 * math.pi) - math.pi
        assert abs(away) < 0.003


# --- importing torchvision -----------------------------------------------------------


@pytest.fixture
def stub(tmp_path, monkeypatch):
    """Put a torchvision of the test's own in the place of the installed one."""

    def ours():
        return [m for m in sys.modules if m.split(".")[0] == "torchvision"]

    saved = {module: sys.modules.pop(module) for module in ours()}
    package = tmp_path / "site" / "torchvision"
    package.mkdir(parents=True)
    (package / "datasets.py").write_text("")
    (package / "extension.py").write_text("from .inner import value")
    (package / "inner.py").write_text("value = 1")
    monkeypatch.syspath_prepend(str(package.parent))
    operators, defined = types.SimpleNamespace(), []

    def define(name, schema):
        defined.append(name)
        setattr(operators, name.removeprefix("torchvision::"), schema)

    torch_stub = types.SimpleNamespace(
        ops=types.SimpleNamespace(torchvision=operators),
        library=types.SimpleNamespace(define=define),
    )
    monkeypatch.setattr(torchvision_datasets, "torch", torch_stub)

    def write(code):
        code = f"from course_lib.data.torchvision_datasets import torch\n{code}"
        (package / "__init__.py").write_text(f"from . import extension\n{code}")

    yield types.SimpleNamespace(write=write, operators=operators, defined=defined)
    for module in ours():
        del sys.modules[module]
    sys.modules.update(saved)


NEEDS_BOTH = """
for name in ("nms", "qnms"):
    if not hasattr(torch.ops.torchvision, name):
        raise RuntimeError(f"operator torchvision::{name} does not exist")
"""


def test_a_matching_torchvision_is_left_alone(stub):
    stub.write("")
    assert torchvision_datasets.import_datasets().__name__ == "torchvision.datasets"
    assert stub.defined == []


def test_missing_operators_are_defined_and_the_import_tried_again(stub):
    stub.write(NEEDS_BOTH)
    datasets = torchvision_datasets.import_datasets()
    assert stub.defined == ["torchvision::nms", "torchvision::qnms"]
    assert datasets is torchvision_datasets.import_datasets()
    # A module left over from the first try would be no attribute of the new package.
    assert sys.modules["torchvision"].inner is sys.modules["torchvision.inner"]


def test_an_operator_that_is_there_is_not_defined_again(stub):
    stub.operators.nms = "already there"
    stub.write(NEEDS_BOTH)
    torchvision_datasets.import_datasets()
    assert stub.defined == ["torchvision::qnms"]


def test_another_failure_of_torchvision_is_not_hidden(stub):
    stub.write("raise RuntimeError('something else')")
    with pytest.raises(RuntimeError, match="something else"):
        torchvision_datasets.import_datasets()
    assert stub.defined == []


def test_the_installed_torchvision_works_throughout():
    datasets = torchvision_datasets.import_datasets()
    from torchvision import transforms

    assert datasets.MNIST.__module__ == "torchvision.datasets.mnist"
    assert transforms.ToTensor()(torch.zeros(2, 2, 1).numpy()).shape == (1, 2, 2)
    assert hasattr(torch.ops.torchvision, "nms")
