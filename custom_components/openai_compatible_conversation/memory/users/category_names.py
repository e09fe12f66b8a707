"""The categories of facts, as users call them."""

from collections.abc import Iterable, Mapping

from ..facts.fact import Category, FactError, category_of
from ..words.normalization import spoken_words


class CategoryNames:
    """The names of the categories: one language is shown, all are understood."""

    def __init__(
        self, shown: Mapping[str, str], understood: Iterable[Mapping[str, str]]
    ) -> None:
        """Initialize with names by category: those to show, and those of languages."""
        self._shown = {category: shown[category] for category in Category}
        self._by_name = {
            tuple(spoken_words(names[category])): category
            for names in (shown, *understood)
            for category in Category
        }

    def __str__(self) -> str:
        """Return all names that are shown."""
        return "; ".join(self._shown.values())

    def name_of(self, category: Category) -> str:
        """Return the name of a category."""
        return self._shown[category]

    def category_of(self, text: str) -> Category:
        """Return the category of a name, or of its first words if no other has them.

        Raises `FactError`.
        """
        try:
            return category_of(text)
        except FactError:
            typed = tuple(spoken_words(text))
            found = {
                category
                for name, category in self._by_name.items()
                if typed and name[: len(typed)] == typed
            }
            if len(found) != 1:
                raise
            return found.pop()
