"""Cuts a JSON value that is too long, by what it consists of.

Lists, objects with many members and texts lose whole entries; which ones stay is
decided in `entry_order`. The count of what is missing is told in its place. An object
with few members keeps all of them, and the long ones share the room.

Does not depend on Home Assistant.

Decision record: docs/decisions/0018-results-are-cut-by-what-they-are.md.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import orjson

from .entry_order import ENTITY_ID, preferred
from .json_values import Json, json_text, to_json, unused_key
from .lengths import inner_length, length, short_keys
from .missing import MARKER, marker_room, omission_for, split
from .omission import Omission
from .text_entries import MAX_PART, TextEntries, text_entries, text_parts

_MIN_ENTRY = 24
"""Characters of the longest number; with less for each, an object loses members."""

_MIN_ENTRIES = 5
"""Number of objects alike, from which an object is a list of them by name."""

_MIN_PART = 10
"""Characters of a part of a text, below which it says nothing."""


def cut(value: Json, limit: int, asked: Collection[str] = ()) -> Json:
    """Return a value of which the JSON text has at most `limit` characters.

    `asked` are texts that say what was asked for. A limit of 100 or more is kept.
    """
    return _Cutter(asked).cut(value, limit)


@dataclass(frozen=True, slots=True)
class _Cutter:
    """Cuts values for one result."""

    asked: Collection[str]
    reads_text: bool = True
    """Whether JSON in a text is read."""

    def cut(self, value: Json, room: int) -> Json:
        """Return a value of which the JSON text has at most `room` characters."""
        if length(value) <= room:
            return value
        match value:
            case Omission():
                return value.short
            case str():
                return self._text(value, room)
            case list():
                return self._list(value, room)
            case dict() if _is_listing(value, room):
                return self._listing(value, room)
            case dict():
                return self._object(value, room)
        return value

    def _list(self, entries: list[Json], room: int) -> list[Json]:
        """Return a list without the entries for which there is no room."""
        known, missing = split(entries)
        kept = self._kept(known, [0] * len(known), room - len("[]"))
        lost = [entry for number, entry in enumerate(known) if number not in kept]
        count, total = len(lost) + missing, len(known) + missing
        cut: list[Json] = [kept[number] for number in sorted(kept)]
        if not count:
            return cut
        room -= length(cut) + bool(cut)
        return [*cut, omission_for(count, total, lost if not missing else (), room)]

    def _listing(self, members: dict[str, Json], room: int) -> dict[str, Json]:
        """Return an object without the members for which there is no room."""
        _, missing = split(list(members.values()))
        names = [n for n, value in members.items() if not isinstance(value, Omission)]
        known = [members[name] for name in names]
        keys = short_keys(names)
        overheads = [length(key) + 1 for key in keys]
        kept = self._kept(known, overheads, room - len("{}"), names)
        lost = [entry for number, entry in enumerate(known) if number not in kept]
        cut: dict[str, Json] = {}
        for number in sorted(kept):
            cut[keys[number]] = kept[number]
        if count := len(lost) + missing:
            key = unused_key(Omission.KEY, cut)
            room -= length(cut) + length(key) + 2
            cut[key] = omission_for(
                count, len(known) + missing, lost if not missing else (), room
            )
        return cut

    def _kept(
        self,
        entries: Sequence[Json],
        overheads: Sequence[int],
        room: int,
        names: Sequence[str] = (),
    ) -> dict[int, Json]:
        """Return the entries to keep by position, large ones cut.

        There is room left for the count of the others.
        """
        kept: dict[int, Json] = {}
        room -= marker_room(room)
        largest = room if len(entries) == 1 else room // 2
        described = entries
        if names:
            described = [_named(*item) for item in zip(names, entries, strict=True)]
        for number in preferred(described, self.asked):
            available = min(room, largest) - overheads[number] - 1
            entry = entries[number]
            size = length(entry)
            if size > largest and available > MARKER + _MIN_ENTRY:
                entry = self.cut(entry, available)
                size = length(entry)
            if size <= room - overheads[number] - 1:
                kept[number] = entry
                room -= size + overheads[number] + 1
        return kept

    def _object(self, members: Mapping[str, Json], room: int) -> dict[str, Json]:
        """Return an object with all its members, the long ones cut."""
        keys = dict(zip(members, short_keys(members), strict=True))
        sizes = {name: length(value) for name, value in members.items()}
        room -= len("{}") + sum(length(key) + 2 for key in keys.values())
        shares: dict[str, int] = {}
        # The short ones first: what they leave goes to the others.
        for number, name in enumerate(sorted(members, key=lambda name: sizes[name])):
            shares[name] = min(room // (len(members) - number), sizes[name])
            room -= shares[name]
        return {
            keys[name]: self.cut(value, shares[name]) for name, value in members.items()
        }

    def _text(self, text: str, room: int) -> Json:
        """Return a text without the parts for which there is no room.

        JSON in a text is cut as what it is.
        """
        if self.reads_text and (inner := _parsed(text)) is not None:
            return replace(self, reads_text=False).cut(inner, room)
        found = text_entries(text)
        available = room - marker_room(room) - len('""') - inner_length(found.header)
        longest = max(map(inner_length, found.entries), default=0)
        if available < room // 4 or longest > available // 2:
            # Not even some of the entries fit.
            available = room - marker_room(room) - len('""')
            found = text_parts(text, min(MAX_PART, max(available // 4, _MIN_PART)))
        keep = self._kept_parts(found, available)
        lost = [e for number, e in enumerate(found.entries) if number not in keep]
        total = len(found.entries)
        if not keep:
            return omission_for(total, total, (), room, found.unit)
        kept = found.joined(keep)
        room -= inner_length(kept) + inner_length("\n")
        return f"{kept}\n{omission_for(len(lost), total, lost, room, found.unit)}"

    def _kept_parts(self, found: TextEntries, room: int) -> set[int]:
        """Return the positions of the entries of a text for which there is room."""
        kept: set[int] = set()
        gap = inner_length(f"\n{found.gap}") if found.gap else 0
        room -= gap
        for number in preferred(found.entries, self.asked):
            # What stands alone has a gap before it; what joins two others closes one.
            gaps = 1 - (number - 1 in kept) - (number + 1 in kept)
            room -= inner_length(found.entries[number]) + gaps * gap
            if room < 0:
                break
            kept.add(number)
        return kept


def _parsed(text: str) -> Json:
    """Return the list or object that a text is the JSON of, None if it is none."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return to_json(orjson.loads(text))
    except ValueError:
        return None


def _is_listing(members: Mapping[str, Json], room: int) -> bool:
    """Return whether an object is a list of things by name, or has no room for all."""
    overhead = sum(length(key) + 2 for key in short_keys(members))
    if overhead + _MIN_ENTRY * len(members) + len("{}") > room:
        return True
    values = members.values()
    return len(members) >= _MIN_ENTRIES and any(
        all(isinstance(value, kind) for value in values) for kind in (dict, list)
    )


def _named(name: str, entry: Json) -> Json:
    """Return a member of an object with its name, as an entry of a list."""
    if isinstance(entry, dict):
        return {ENTITY_ID: name, **entry}
    return f"{name}: {entry if isinstance(entry, str) else json_text(entry)}"
