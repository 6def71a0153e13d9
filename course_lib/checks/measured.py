"""A number that says what it measures, for checks that compare no values returned."""


class Measured(float):
    """A number with words, such as Measured(0.02, "a mean of"), for messages."""

    def __new__(cls, value, words):
        """Return the number with its words."""
        number = super().__new__(cls, value)
        number.words = words
        return number

    def __repr__(self):
        return f"{self.words} {float(self):.3g}"
