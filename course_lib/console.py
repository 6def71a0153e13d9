"""Print anything on any console: what it has no sign for is put in letters."""

import codecs
import sys

LETTERS = {"✔": "ok", "✘": "!!", "·": "--", "→": "->", "…": "...", "×": "x", "−": "-"}


def speak_anywhere():
    """Let standard output and errors take every character, whatever their encoding.

    A console or a pipe of Windows may lack signs, and so may any under LANG=C.
    """
    codecs.register_error("letters", _put_in_letters)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a notebook's has not, and takes all
            stream.reconfigure(errors="letters")


def _put_in_letters(error):
    if not isinstance(error, UnicodeEncodeError):
        raise error
    signs = error.object[error.start : error.end]
    known = [
        LETTERS.get(sign) or sign.encode("ascii", "backslashreplace").decode("ascii")
        for sign in signs
    ]
    return "".join(known), error.end
