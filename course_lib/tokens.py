"""The course's colours, once: of figures, explorers, cards and pages."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Colour:
    """A colour, one for light paper and one for dark, each as #rrggbb."""

    light: str
    dark: str


# What a page is made of.
PAGE = {
    "ink": Colour("#1c1c1c", "#e8e8e8"),
    "muted": Colour("#595959", "#a8a8a8"),
    "paper": Colour("#ffffff", "#16181b"),
    "soft": Colour("#f1f1ef", "#25282d"),
    "line": Colour("#8c8c8c", "#7c7c7c"),
    "grid": Colour("#e0e0e0", "#3a3e44"),
    "accent": Colour("#00629a", "#6db8ec"),
}
# One for each idea, in formulas, figures and explorers alike. Any two are apart for the
# colour-blind too, and each can be read as text on its paper: tests/test_tokens.py.
IDEAS = {
    "x": Colour("#74757c", "#f0f7f6"),
    "z": Colour("#0074e0", "#47abea"),
    "x_hat": Colour("#c25711", "#ea8430"),
    "recon": Colour("#4f4a16", "#fdde02"),
    "kl": Colour("#70055f", "#f0459a"),
    "prior": Colour("#002f14", "#83daa9"),
    "posterior": Colour("#4a18bc", "#8a74ff"),
}
# What became of a check, a claim or an answer of the quiz; the sign says it as well.
VERDICTS = {
    "right": Colour("#00735a", "#3fc79a"),
    "wrong": Colour("#b34f00", "#f0914f"),
    "open": Colour("#595959", "#a8a8a8"),  # not attempted yet
    "crashed": Colour("#8f1d5c", "#ff8fbf"),  # an error, before anything was judged
}
SIGNS = {"right": "✔", "wrong": "✘", "open": "○", "crashed": "⚠"}


def css(prefix: str = "course") -> str:
    """Return each colour as a CSS declaration, --course-ink and so on, both themes."""
    named = PAGE | IDEAS | VERDICTS
    return "".join(
        f"--{prefix}-{name.replace('_', '-')}: "
        f"light-dark({colour.light}, {colour.dark});\n"
        for name, colour in named.items()
    )
