"""The colours: apart from each other for every eye, and readable on their paper."""

import itertools
import re

import numpy as np
import pytest

from course_lib import tokens

# What colour-blind eyes see of linear RGB, at full severity (Machado, Oliveira &
# Fernandes 2009, table 1).
EYES = {
    "full": np.eye(3),
    "protan": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deutan": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritan": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
# To OKLab, in which a distance of 0.02 is about the least that is seen (Ottosson 2020).
TO_CONES = [
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
]
TO_LAB = [
    [0.2104542553, 0.7936177850, -0.0040720468],
    [1.9779984951, -2.4285922050, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.8086757660],
]
THEMES = "light", "dark"


def linear(colour):
    assert re.fullmatch("#[0-9a-f]{6}", colour)
    c = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def seen(colour, eye):
    cones = np.array(TO_CONES) @ np.clip(np.array(EYES[eye]) @ linear(colour), 0, 1)
    return np.array(TO_LAB) @ np.cbrt(cones)


def contrast(a, b):
    """As WCAG 2.2 defines it: 1 for the same, 21 for black on white."""
    low, high = sorted(linear(c) @ [0.2126, 0.7152, 0.0722] + 0.05 for c in (a, b))
    return high / low


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("eye", EYES)
def test_any_two_ideas_are_told_apart(eye, theme):
    for a, b in itertools.combinations(tokens.IDEAS, 2):
        pair = [seen(getattr(tokens.IDEAS[name], theme), eye) for name in (a, b)]
        assert np.linalg.norm(pair[0] - pair[1]) > 0.075, (a, b)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("ground", ["paper", "soft"])
def test_each_colour_can_be_read_as_text(ground, theme):
    paper = getattr(tokens.PAGE[ground], theme)
    least = 4.5 if ground == "paper" else 3.8
    words = ["ink", "muted", "accent"]
    for name, colour in (
        {k: tokens.PAGE[k] for k in words} | tokens.IDEAS | tokens.VERDICTS
    ).items():
        assert contrast(getattr(colour, theme), paper) >= least, name


def test_css_names_every_colour_once():
    names = re.findall("--course-([a-z-]+):", tokens.css())
    wanted = [*tokens.PAGE, *tokens.IDEAS, *tokens.VERDICTS]
    assert names == [name.replace("_", "-") for name in wanted]
    assert tokens.SIGNS.keys() == tokens.VERDICTS.keys()
