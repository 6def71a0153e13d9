"""Say why a download failed, in a few words, and what helps where that is known."""

import math
import os
import ssl
import urllib.error
import urllib.request
from urllib.parse import urlsplit

PATIENCE = "COURSE_PATIENCE"
SLOW = f"""Try again; a proxy goes into HTTPS_PROXY. A slow network may need patience: \
`python -m course_lib fetch mnist --patience 60`, or {PATIENCE}=60 set before."""
UNTRUSTED = """Something between here and there, a proxy or a virus scanner, may show \
a certificate of its own: let SSL_CERT_FILE name a file that has it. On macOS with \
Python from python.org, run "Install Certificates.command" in its folder."""
PROXY = """Correct the proxy, which HTTP_PROXY, HTTPS_PROXY or the system's settings \
name, or do without one: NO_PROXY="*"."""


def seconds(default: float) -> float:
    """Return how long to wait for an answer: `COURSE_PATIENCE`, or else `default`.

    Raises ValueError for what is not a number of seconds.
    """
    given = os.environ.get(PATIENCE) or default
    try:
        wait = float(given)
    except ValueError:
        wait = math.nan
    if not 0 < wait <= 3600:
        wanted = "wanted a number of seconds above 0, 3600 at the most"
        raise ValueError(f"{PATIENCE}: got {given!r}; {wanted}")
    return wait


def proxy(url: str) -> str:
    """Return the host and port of the proxy that stands before an address, or ""."""
    parts = urlsplit(url)
    if not parts.hostname or urllib.request.proxy_bypass(parts.hostname):
        return ""
    found = urllib.request.getproxies().get(parts.scheme, "")
    return urlsplit(found if "//" in found else f"//{found}").netloc.rpartition("@")[2]


def why(error: Exception) -> str:
    """Put an exception of urllib or the system into a few words."""
    if isinstance(error, urllib.error.HTTPError):
        return f"HTTP {error.code} {error.reason}"
    if isinstance(error, urllib.error.URLError):
        error = error.reason  # mostly an OSError
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({error.verify_message})"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def of_failure(error: Exception, url: str) -> tuple[str, str]:
    """Return why an address could not be read, and what helps against that, or ""."""
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return why(error), UNTRUSTED
    through = proxy(url)
    if not through:
        return why(error), ""
    if isinstance(error, urllib.error.HTTPError):  # its own answer, or one it hands on
        return f"{why(error)}, through the proxy {through}", PROXY
    return f"the proxy {through}: {why(error)}", PROXY


def of_silence(what: str, url: str) -> tuple[str, str]:
    """Return what took too long, and what helps."""
    through = proxy(url)
    return (f"{what} through the proxy {through}" if through else what), SLOW
