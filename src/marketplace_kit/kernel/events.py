"""Events: facts in the past tense, recorded in the transaction that made them true, delivered after it."""

from __future__ import annotations

from typing import ClassVar

import msgspec


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all events. Ids and values only, so that an old row can always be read.

    ``name`` is what is stored (``listings.published``): renaming the class does not lose rows. New fields need
    defaults.
    """

    name: ClassVar[str] = ""
    topics: ClassVar[tuple[str, ...]] = ()
