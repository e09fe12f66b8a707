"""Tests of the names of the home in a query for tools."""

from custom_components.openai_compatible_conversation.tools.catalog import (
    Catalog,
    CatalogEntry,
)
from custom_components.openai_compatible_conversation.tools.query_names import names_in
from custom_components.openai_compatible_conversation.tools.targets import Entity, Place

ATTIC = Place(id="attic", names=("Snuggery", "Top floor"))
ENTITIES = [
    Entity(entity_id="light.ball", names=("Moon Ball", "Luna"), area=ATTIC),
    Entity(entity_id="media_player.box", names=("Grumpf",)),
]


def test_names() -> None:
    """A name that is said in full means its domain, that of an area means nothing."""
    found = names_in("is luna on in the snuggery?", ENTITIES)
    assert found == {"luna": ("light",), "snuggery": ()}
    assert names_in("the moon ball", ENTITIES) == {
        "moon": ("light",),
        "ball": ("light",),
    }
    assert names_in("the moon over grumpf", ENTITIES) == {"grumpf": ("media", "player")}
    assert names_in("", ENTITIES) == {}


def test_search_by_name() -> None:
    """The name of an entity finds the tools of its domain, which it alone would not."""
    catalog = Catalog(
        [
            CatalogEntry("dim", None, "Sets the brightness of a light", (), "light"),
            CatalogEntry("mow", None, "Mows the lawn", (), "lawn_mower"),
        ]
    )
    query = "luna in the snuggery"
    assert catalog.search(query).names == []
    assert catalog.search(query, names=names_in(query, ENTITIES)).names == ["dim"]
    catalog.close()
