"""Tools of a household MCP server: the pantry's, and any number of generated ones."""

from itertools import islice, product

from .mcp import RemoteTool

PANTRY = {"eggs": 7, "milk": 1, "rice": 3}

THINGS = {
    "recipe": "recipes of the household's cookbook",
    "invoice": "invoices of the household's bookkeeping",
    "parcel": "parcels that are on their way",
    "plant": "plants in the garden and their needs",
    "book": "books on the shelves",
    "bus": "departures of the bus line",
    "photo": "photos of the family's albums",
    "ticket": "tickets for concerts and museums",
    "contact": "people of the address book",
    "budget": "the household's budget of the month",
    "medicine": "medicines of the cabinet",
    "bicycle": "bicycles and their repairs",
    "guest": "guests that are expected",
    "school": "lessons and homework of the children",
    "tool": "tools of the workshop",
    "game": "board games in the cupboard",
    "wine": "bottles in the cellar",
}
VERBS = {
    "list": "Lists all",
    "search": "Searches among the",
    "get": "Returns one of the",
    "create": "Adds one to the",
    "update": "Changes one of the",
    "delete": "Removes one of the",
    "count": "Counts the",
    "export": "Writes to a file all the",
    "import": "Reads from a file new",
    "archive": "Puts away old",
    "share": "Sends to a person one of the",
    "rate": "Gives a number of stars to one of the",
    "tag": "Puts a label on one of the",
    "link": "Connects with each other two of the",
    "print": "Prints on paper one of the",
    "remind": "Reminds in time of one of the",
    "compare": "Compares with each other two of the",
    "summarize": "Sums up in a few sentences the",
}
SCHEMA = {
    "id": {"type": "string", "description": "Number or name of the one that is meant."},
    "text": {"type": "string", "description": "What is to be looked for or written."},
    "limit": {"type": "integer", "description": "How many at most are returned."},
}


def stock(arguments: dict[str, object]) -> str:
    """Return how much of an item is in the pantry."""
    item = str(arguments.get("item", "")).casefold()
    found = {name: n for name, n in PANTRY.items() if not item or item in name}
    return ", ".join(f"{name}: {n}" for name, n in found.items()) or "none"


def household(count: int) -> list[RemoteTool]:
    """Return `count` tools, the first of them the pantry's and one that takes long."""
    pantry = RemoteTool(
        "pantry_stock",
        "Tells how much of some food is left in the pantry and the fridge.",
        stock,
        {"item": {"type": "string", "description": "The food, such as eggs."}},
    )
    kiln = RemoteTool(
        "kiln_temperature",
        "Measures how hot the kiln in the workshop is, which takes some seconds.",
        lambda _: "1180 °C",
        # Home Assistant waits for five.
        seconds=4.5,
    )
    others = (
        RemoteTool(f"{thing}_{verb}", f"{does} {what}.", parameters=SCHEMA)
        for (thing, what), (verb, does) in product(THINGS.items(), VERBS.items())
    )
    return [pantry, kiln, *islice(others, count - 2)]
