"""Claims: a sentence of a lesson that is shown beside its measurement, or fails."""

import html

from IPython.display import display


class ClaimFailed(AssertionError):
    """A measured claim of a lesson did not hold."""


class _Claim:
    """How a claim that held shows itself: as text, or as a marked line of a page."""

    def __init__(self, text, measured):
        self.text, self.measured = text, measured

    def __repr__(self):
        return f"✔ {self.text}: {self.measured}"

    def _repr_html_(self):
        return (
            '<div style="border-left:4px solid #1b9e77;padding:2px 12px;margin:4px 0">'
            f"<b>✔</b> {html.escape(self.text)}: "
            f"<b>{html.escape(self.measured)}</b></div>"
        )


def claim(text: str, holds: object, *, measured: str) -> None:
    """Show a claim with its figure, or raise ClaimFailed if it does not hold.

    text is the claim as a sentence without its full stop; holds is a truth value;
    measured is the figure that decides it, with its unit, as text.

    Raises ValueError on an empty text or figure, or a holds that is no truth value.
    """
    for name, value in (("text", text), ("measured", measured)):
        if not isinstance(value, str) or not value.strip():
            raise ValueError(f"{name}: got {value!r}, wanted some words")
    try:
        holds = bool(holds)
    except (RuntimeError, ValueError, TypeError):
        raise ValueError(
            "holds: got many values, wanted one truth value; use .all() or .any()"
        ) from None
    if not holds:
        raise ClaimFailed(f"✘ {text}: measured {measured}")
    display(_Claim(text, measured))
