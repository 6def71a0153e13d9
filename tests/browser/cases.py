"""How each explorer is moved, and what then has to change, in whatever browser."""

import functools
from dataclasses import dataclass

from pages import COPY, PLANE

from course_lib import explorers

RANGE = "input[type='range']"
THUMBNAIL = ".explorer-thumbnails button"
SAID = ".explorer-said"


@dataclass(frozen=True)
class Case:
    """How to move an explorer by key and by pointer, and what then has to change.

    Without a row in CASES, an explorer is moved by its first slider, or by its canvas
    if it has none, and has to say something new.
    """

    # It takes the key.
    control: str = f"{RANGE}, .explorer:not(:has({RANGE})) canvas[tabindex]"
    target: str = control  # the pointer presses here, right of the middle
    shown: str = SAID  # what both change
    said: str = r"\w"  # after the key
    key: str = "ArrowRight"


CASES = {
    "BetaSlider": Case(
        RANGE,
        f"{THUMBNAIL}:nth-child(8)",
        COPY,
        r"^beta 2: rate [\d.]+, distortion [\d.]+ nats; \d+ of 20 dimensions above",
    ),
    "Bottleneck": Case(
        RANGE,
        f"{THUMBNAIL}:nth-child(8)",
        f"{COPY}, canvas[aria-label^='the code']",
        r"^code of 16: squared error [\d.]+$",
    ),
    "Damage": Case(
        RANGE,
        "canvas[aria-roledescription='picture to scratch']",
        f"{COPY}, [aria-roledescription='picture to scratch']",
        r"^damaged [\d.]+ dB, denoised [\d.]+ dB$",
    ),
    "LatentMap": Case(
        PLANE,
        PLANE,
        f"{PLANE}, {COPY}",
        r"^z is \d\.\d, 0\.0; the nearest image is a \d, [\d.]+ away$",
    ),
    "LatentPlane": Case(
        PLANE,
        PLANE,
        f"{PLANE}, {COPY}",
        r"^z is 0\.1, 0\.0; the nearest code is of a \d$",
    ),
    "NoiseSampler": Case(
        RANGE,
        ".explorer-button:not([aria-pressed])",  # draw anew
        "canvas[role='img'], td:nth-child(2)",
        r"^mu 1\.05, sigma 1\.00, eps drawn anew\. pathwise: mean [\d.−]+, standard",
    ),
    "Quiz": Case(
        ".quiz-answer",
        ".quiz-answer",
        "fieldset:first-of-type .quiz-option:nth-child(2) .quiz-sign",
        r"^(Correct|Not quite)\. \w",
        key="Enter",
    ),
    "Threshold": Case(
        RANGE,
        ".explorer-histogram[tabindex]",
        ".explorer-histogram[tabindex], .explorer-tally td:nth-child(2)",
        r"^threshold [\d.]+: \d+ found, \d+ missed, 0 false alarms$",
        key="End",
    ),
}


@functools.cache
def made(name):
    explorer = getattr(explorers, name)
    return explorer("01") if name == "Quiz" else explorer()


@functools.cache
def html(name):
    return made(name).to_html()
