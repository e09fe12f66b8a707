"""What a model's text is made of, as values."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Say:
    """Text to be said."""

    text: str


@dataclass(frozen=True, slots=True)
class Think:
    """Text that the model only thought."""

    text: str


@dataclass(frozen=True, slots=True)
class WrittenCall:
    """A tool call that stood in the text, in one of the forms that models write."""

    text: str


@dataclass(frozen=True, slots=True)
class Listen:
    """The model wants an answer: the marker stood here."""


type Piece = Say | Think | WrittenCall | Listen
