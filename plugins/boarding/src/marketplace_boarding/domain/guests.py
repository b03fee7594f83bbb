"""The pets of a stay."""

from __future__ import annotations

import re
from collections.abc import Sequence
from uuid import UUID

import attrs

from marketplace_boarding.domain.nights import Party
from marketplace_boarding.domain.refusals import NotAGuest, PetsNeeded
from marketplace_pets.domain import SPECIES, PetCard, check_plausible

_SPECIES = {name for name, _ in SPECIES}
SEPARATOR = ";"
MOST = 10
_TIME = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)", re.ASCII)


@attrs.frozen(kw_only=True)
class Guest:
    """A pet that somebody wants to bring; ``pet_id`` is empty for one that was only told of. ``codes`` are those of
    its behaviour.
    """

    name: str
    species: str
    pet_id: UUID | None = None
    grams: int | None = None
    codes: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """What stands for it in a booking."""
        return str(self.pet_id) if self.pet_id else f"{self.species}:{self.grams or ''}:{self.name}"

    @classmethod
    def told(cls, text: str) -> Guest:
        """One without a record: ``dog:7200:Buddy``; the weight may be left out. Refuses :class:`NotAGuest` and a weight
        that no such animal has.
        """
        parts = text.split(":", 2)
        if len(parts) != 3 or parts[0] not in _SPECIES or not parts[2].strip():
            raise NotAGuest
        if parts[1] and not (parts[1].isascii() and parts[1].isdigit() and len(parts[1]) < 8):
            raise NotAGuest
        grams = int(parts[1]) if parts[1] else None
        if grams is not None:
            check_plausible(grams, parts[0], "")
        return cls(name=parts[2].strip()[:60], species=parts[0], grams=grams)

    @classmethod
    def known(cls, card: PetCard, grams: int | None, codes: frozenset[str] = frozenset()) -> Guest:
        return cls(name=card.name, species=card.species, pet_id=card.pet_id, grams=grams, codes=codes)


def keys_in(text: str) -> list[str]:
    """What a choice names, each once. Refuses :class:`PetsNeeded` for nobody."""
    keys = list(dict.fromkeys(key.strip() for key in text.split(SEPARATOR) if key.strip()))
    if not keys or len(keys) > MOST:
        raise PetsNeeded
    return keys


def pet_id_in(key: str) -> UUID | None:
    """The pet of the record that a key names; none for one that is told of."""
    try:
        return UUID(key)
    except ValueError:
        return None


def party_of(guests: Sequence[Guest]) -> Party:
    """What the rooms have to fit: the heaviest counts, and one of unknown weight is unknown."""
    weights = [guest.grams for guest in guests]
    known = [grams for grams in weights if grams is not None]
    return Party(pets=len(guests), grams=max(known) if len(known) == len(weights) else None)


class NotTimes(ValueError):
    """Not a list of times of the day."""


def minutes_in(text: str) -> list[int]:
    """Times of the day, in minutes since midnight: ``8:00, 19:00``. Refuses :class:`NotTimes`."""
    found = []
    for part in (p.strip() for p in re.split(r"[,;]", text) if p.strip()):
        match = _TIME.fullmatch(part)
        if match is None:
            raise NotTimes
        found.append(int(match[1]) * 60 + int(match[2]))
    return sorted(set(found))


def clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
