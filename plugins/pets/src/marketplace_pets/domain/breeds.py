"""Breeds: what they are called in three languages, how large they grow, what coat they have. The list is a file of the
package (``data/breeds.txt``), read once.
"""

from __future__ import annotations

from importlib.resources import files

import attrs


@attrs.frozen(kw_only=True)
class Breed:
    """One line of the list. ``kg`` is the usual weight of a grown animal, ``4.5-10``, or empty."""

    id: str
    species: str
    names: dict[str, str]
    size_class: str
    coat: str
    kg: str

    def name_in(self, locale: str) -> str:
        return self.names.get(locale) or self.names["en"]


def _read(line: str) -> Breed:
    breed, species, en, ru, kk, size, coat, kg = (part.strip() for part in line.split("|"))
    return Breed(id=breed, species=species, names={"en": en, "ru": ru, "kk": kk}, size_class=size, coat=coat, kg=kg)


_LINES = files("marketplace_pets").joinpath("data/breeds.txt").read_text(encoding="utf-8").splitlines()
BREEDS: dict[str, Breed] = {b.id: b for b in (_read(line) for line in _LINES if line and not line.startswith("#"))}


def found(species: str = "", q: str = "", locale: str = "en") -> list[Breed]:
    """The breeds of a species in whose names (of any language) ``q`` stands, by name in the reader's language."""
    wanted = q.strip().casefold()
    fitting = (
        b
        for b in BREEDS.values()
        if (not species or b.species == species) and any(wanted in n.casefold() for n in b.names.values())
    )
    return sorted(fitting, key=lambda b: b.name_in(locale).casefold())


def name_of(breed_id: str, locale: str) -> str:
    """What a breed is called; what is no breed of the list is shown as it stands."""
    known = BREEDS.get(breed_id)
    return known.name_in(locale) if known else breed_id
