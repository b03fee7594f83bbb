"""Reading a listing: the fields that every kind has and the kind's own, as one form with all its problems at once.

Programs send ``attributes`` as an object; a page posts them flat, each under ``attributes.<name>``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar
from uuid import UUID

import attrs

from marketplace_kit.kernel.errors import Invalid, Problem
from marketplace_kit.kernel.fields import Field, Form, parse
from marketplace_kit.kernel.fields.reading import TEXTS, Source
from marketplace_kit.kernel.hooks import ListingKind
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.texts import N_
from marketplace_kit.kernel.translated import LANGUAGE_NAMES, Translated
from marketplace_kit.listings.domain.wording import told_by

F = TypeVar("F", bound=Form)
PREFIX = "attributes"
_UUID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


IN_OTHERS = N_("In other languages")


class Offer(Form):
    """What every listing says, whatever its kind. ``title`` and ``description`` are in ``language`` (by their letters
    if it is not said); of a change, other languages stay as they are unless ``titles`` and ``descriptions`` are given.
    """

    title: Annotated[str, Field(N_("Title"), min_length=2, max_length=160, hint=N_("What it is, in a few words."))]
    description: Annotated[str, Field(N_("Description"), long=True, max_length=8000)] = ""
    price: Annotated[
        Money | None, Field(N_("Price"), hint=N_("Leave it empty where there is no one price; customers then ask."))
    ] = None
    language: Annotated[str, Field(N_("Language of title and description"), choices=tuple(LANGUAGE_NAMES.items()))] = ""
    titles: Annotated[Translated | None, Field(N_("Title"), min_length=2, max_length=160, folded=IN_OTHERS)] = None
    descriptions: Annotated[
        Translated | None, Field(N_("Description"), long=True, max_length=8000, folded=IN_OTHERS)
    ] = None


NO_MODERATION, FIRST_MODERATED, ALL_MODERATED = "none", "first", "all"


class ListingSettings(Form):
    """``[listings]``"""

    moderation: Annotated[
        str,
        Field(
            N_("Listings are looked at before they are shown"),
            choices=(
                (NO_MODERATION, N_("Never")),
                (FIRST_MODERATED, N_("Until a shop has its first one published")),
                (ALL_MODERATED, N_("Always, also when a text changes")),
            ),
            runtime=True,
        ),
    ] = NO_MODERATION


class Verdict(Form):
    """What an admin says to a vendor whose listing is rejected or taken down."""

    reason: Annotated[
        str,
        Field(N_("Reason"), long=True, min_length=3, max_length=500, hint=N_("The vendor reads this.")),
    ]


class NewListing(Offer, frozen=True, kw_only=True):
    shop_id: Annotated[str, Field(N_("Shop"), pattern=_UUID)]
    kind: Annotated[str, Field(N_("Kind"), max_length=80)]


class ListingChange(Offer, frozen=True, kw_only=True):
    version: Annotated[int, Field(N_("Version"), min=1)]


@attrs.frozen(kw_only=True)
class Draft:
    """A listing as somebody filled it in, checked whole. ``version`` is the one they saw, for a change."""

    kind: ListingKind
    offer: Offer
    attributes: Form
    shop_id: UUID | None = None
    version: int = 0


def read_draft(
    kinds: Mapping[str, ListingKind], raw: Mapping[str, Any], source: Source = "json", *, locale: str = ""
) -> Draft:
    """A new listing of one of ``kinds``; raises Invalid with every problem of both parts. ``locale`` is the language
    of whoever writes, in which its words are unless they or their letters say otherwise.
    """
    name = raw.get("kind")
    kind = kinds.get(name) if isinstance(name, str) else None
    head, own, problems = _both(NewListing, kind, raw, source)
    if kind is None and not any(p.field == "kind" for p in problems):
        problems.append(Problem("kind", "not_a_choice", TEXTS["not_a_choice"]))
    if problems or kind is None or head is None or own is None:
        raise Invalid(*problems)
    return Draft(kind=kind, offer=_offer(head, locale, source), attributes=own, shop_id=UUID(head.shop_id))


def read_change(kind: ListingKind, raw: Mapping[str, Any], source: Source = "json", *, locale: str = "") -> Draft:
    """A change of a listing of this kind; raises Invalid with every problem of both parts. ``locale`` is the language
    in which whoever changes it has read its title.
    """
    head, own, problems = _both(ListingChange, kind, raw, source)
    if problems or head is None or own is None:
        raise Invalid(*problems)
    return Draft(kind=kind, offer=_offer(head, locale, source), attributes=own, version=head.version)


def read_attributes(form: type[F], stored: Mapping[str, Any]) -> F:
    """Stored attributes as the form they were declared by: ``read_attributes(Puppy, listing.attributes)``.

    What was stored under a declaration that has changed since may not fit any more: Invalid.
    """
    return parse(form, stored, "json")


def _offer(head: Offer, locale: str, source: Source) -> Offer:
    """What was said, with its language: as it was stated, but a page's form is filled in by hand."""
    language = head.language
    if not language or source == "form":
        told = told_by(head.title, head.description, language or locale)
        language = language if head.titles and getattr(head.titles, told) else told
    return Offer(
        title=head.title,
        description=head.description,
        price=head.price,
        language=language,
        titles=head.titles,
        descriptions=head.descriptions,
    )


def _both(
    form: type[F], kind: ListingKind | None, raw: Mapping[str, Any], source: Source
) -> tuple[F | None, Form | None, list[Problem]]:
    given, attributes = _parted(raw, source)
    problems: list[Problem] = []
    head: F | None = None
    own: Form | None = None
    try:
        head = parse(form, given, source)
    except Invalid as invalid:
        problems += invalid.problems
    if kind is not None and isinstance(attributes, Mapping):
        try:
            own = parse(kind.attributes, attributes, source)
        except Invalid as invalid:
            problems += invalid.under(PREFIX).problems
    elif not isinstance(attributes, Mapping):
        code = "required" if attributes is None else "wrong_type"
        problems.append(Problem(PREFIX, code, TEXTS[code]))
    return head, own, problems


def _parted(raw: Mapping[str, Any], source: Source) -> tuple[dict[str, Any], Any]:
    if source == "json":
        return {k: v for k, v in raw.items() if k != PREFIX}, raw.get(PREFIX)
    own = {k.removeprefix(f"{PREFIX}."): v for k, v in raw.items() if k.startswith(f"{PREFIX}.")}
    return {k: v for k, v in raw.items() if not k.startswith(f"{PREFIX}.")}, own
