"""The categories that models mean with their own words: `pets`, `food`, `home`.

Only tools take these: what is stored, and what users write, has to name a category.
"""

from ..words.normalization import as_text, spoken_words
from .fact import Category, FactError, category_of

_MAX_LENGTH = 100
"""Characters of a category that are read."""

_MIN_PHRASE = 3
"""Words of what is said of somebody, rather than a name."""

_WORDS = {
    Category.USER_NAME: """
        name names username user identity nombre nom naam prenom
    """,
    Category.FAMILY_MEMBERS: """
        family relative relatives member members person people pet pets animal animals
        cat dog child children kid kids friend friends contact contacts relationship
        relationships spouse partner parents siblings birthday birthdays anniversary
        anniversaries doctor neighbour neighbours familie famille familia haustier
        haustiere mascota mascotas animaux huisdier huisdieren geburtstag geburtstage
    """,
    Category.PREFERENCES: """
        preference favourite favourites favorite favorites like likes dislike dislikes
        taste tastes food foods diet dietary allergy allergies drink drinks health
        medical hobby hobbies interest interests music film films movie movies color
        colors colour colours sport sports work job occupation profession education
        general misc miscellaneous other others note notes fact facts info information
        personal household possession possessions car cars vehicle vehicles password
        passwords vorliebe vorlieben essen gusto gustos preferencia gouts voorkeur
        voorkeuren allergie allergien alergia alergias
    """,
    Category.DEVICE_NICKNAMES: """
        device devices nickname nicknames alias aliases appliance appliances light
        lights gerat gerate appareil appareils dispositivo dispositivos apparaat
        apparaten
    """,
    Category.LOCATIONS: """
        location place places address addresses home house residence city town school
        storage item items object objects where key keys ort orte lieu lieux lugar
        lugares plaats plaatsen adresse direccion adres
    """,
    Category.ROUTINES: """
        routine schedule schedules habit habits event events reminder reminders
        appointment appointments time times calendar task tasks chore chores date dates
        alarm alarms waste trash gewohnheit gewohnheiten termin termine rutina rutinas
        habitude habitudes gewoonte gewoonten
    """,
}
_CATEGORIES = {
    word: category for category, words in _WORDS.items() for word in words.split()
}


def category_meant(value: object, told: str | None = None) -> Category:
    """Return the category that a model means. Raises `FactError`.

    Of several words, such as `user_preferences`, the last one that tells counts. What
    is `told` is no name of a user if it is a phrase without one.
    """
    category = _category_of(value)
    if category is Category.USER_NAME and _is_phrase(told or ""):
        return Category.PREFERENCES
    return category


def _category_of(value: object) -> Category:
    """Return the category that a model names or means."""
    try:
        return category_of(value)
    except FactError:
        words = spoken_words((as_text(value) or "")[:_MAX_LENGTH])
        for word in reversed(words):
            for form in (word, word.removesuffix("s")):
                if category := _CATEGORIES.get(form):
                    return category
        raise


def _is_phrase(told: str) -> bool:
    """Return whether a text is of several words, of which none is written as a name."""
    written = told.split()
    return len(written) >= _MIN_PHRASE and not any(
        word[0].isupper() for word in written
    )
