"""Options as they are read and shown. Programs send a whole set; a page sends one group or one option at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from marketplace_kit.kernel.errors import Invalid, Problem
from marketplace_kit.kernel.fields import Field, Form, json_schema
from marketplace_kit.kernel.fields.reading import TEXTS, Source
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.texts import N_
from marketplace_kit.kernel.translated import named
from marketplace_kit.listings.domain.options import (
    ADDON,
    MODIFIER,
    MOST_GROUPS,
    MOST_OPTIONS,
    VARIANT,
    Option,
    OptionGroup,
)
from marketplace_kit.listings.schemas.answers import OptionGroupView, OptionView
from marketplace_kit.listings.schemas.reading import LANGUAGES, items_of, named_form, read_item

KINDS = (
    (VARIANT, N_("Variants: one must be chosen, each has its own price")),
    (MODIFIER, N_("Choices that change it: each adds its price")),
    (ADDON, N_("Extras: nobody has to take one, each adds its price and time")),
)


class OptionGroupForm(Form, frozen=True, kw_only=True):
    """What is chosen together."""

    kind: Annotated[str, Field(N_("What these options are"), choices=KINDS)]
    name_kk: Annotated[str, Field(N_("Name in Kazakh"), max_length=120)] = ""
    name_ru: Annotated[str, Field(N_("Name in Russian"), max_length=120)] = ""
    name_en: Annotated[str, Field(N_("Name in English"), max_length=120)] = ""
    min: Annotated[int, Field(N_("Choose at least"), min=0, max=MOST_OPTIONS)] = 0
    max: Annotated[
        int | None,
        Field(N_("Choose at most"), min=1, max=MOST_OPTIONS, hint=N_("Leave it empty for any number.")),
    ] = None


class OptionForm(Form, frozen=True, kw_only=True):
    """One of them."""

    name_kk: Annotated[str, Field(N_("Name in Kazakh"), max_length=120)] = ""
    name_ru: Annotated[str, Field(N_("Name in Russian"), max_length=120)] = ""
    name_en: Annotated[str, Field(N_("Name in English"), max_length=120)] = ""
    price: Annotated[
        Money | None,
        Field(N_("Price"), hint=N_("Of a variant the whole price, else what is added. Empty: it changes nothing.")),
    ] = None
    minutes: Annotated[int, Field(N_("Takes longer by"), unit=N_("minutes"), min=0, max=1440)] = 0
    sku: Annotated[str, Field(N_("Article number"), max_length=60)] = ""
    available: Annotated[bool, Field(N_("Can be ordered at the moment"))] = True


def names_of(form: OptionGroupForm | OptionForm) -> dict[str, str]:
    """The names that were given, by language."""
    given = zip(LANGUAGES, (form.name_kk, form.name_ru, form.name_en), strict=True)
    return {language: name for language, name in given if name}


def group_of(form: OptionGroupForm, group_id: UUID | None = None, options: Sequence[Option] = ()) -> OptionGroup:
    """The group that a form describes. How many are chosen of variants and at least of extras is not asked."""
    bounds = {VARIANT: (1, 1), ADDON: (0, form.max)}
    least, most = bounds.get(form.kind, (form.min, form.max))
    return OptionGroup(
        id=group_id or new_id(),
        kind=form.kind,
        names=names_of(form),
        least=least,
        most=most,
        options=tuple(options),
    )


def option_of(form: OptionForm, option_id: UUID | None = None) -> Option:
    return Option(
        id=option_id or new_id(),
        names=names_of(form),
        price=form.price,
        minutes=form.minutes,
        sku=form.sku,
        available=form.available,
    )


def read_group(raw: Mapping[str, Any], source: Source, known: OptionGroup | None = None) -> OptionGroup:
    """A group as somebody filled it in; its options stay those of ``known``."""
    form = named_form(OptionGroupForm, raw, source)
    return group_of(form, known.id if known else None, known.options if known else ())


def read_option(raw: Mapping[str, Any], source: Source, option_id: UUID | None = None) -> Option:
    return option_of(named_form(OptionForm, raw, source), option_id)


def read_options(raw: Mapping[str, Any]) -> tuple[int, tuple[OptionGroup, ...]]:
    """The version that was seen and the whole set, as a program sends it; raises Invalid with every problem of all of
    it, each at its place (``groups.0.options.2.price``).
    """
    problems: list[Problem] = [
        Problem(str(name)[:80], "unknown_field", TEXTS["unknown_field"]) for name in raw if name not in _SET
    ]
    version = raw.get("version")
    if type(version) is not int:
        code = "required" if version is None else "wrong_type"
        problems.append(Problem("version", code, TEXTS[code]))
    groups = []
    for path, one in items_of(raw, "groups", "", MOST_GROUPS, problems):
        options = [
            option
            for inner, given in items_of(one, "options", f"{path}.", MOST_OPTIONS, problems)
            if (option := read_item(given, inner, problems, _option)) is not None
        ]
        plain = {k: v for k, v in one.items() if k != "options"}
        group = read_item(plain, path, problems, _group)
        if group is not None:
            groups.append(OptionGroup(**_fields(group) | {"options": tuple(options)}))
    if problems:
        raise Invalid(*problems)
    return int(version or 0), tuple(groups)


_SET = ("version", "groups")


def _group(raw: Mapping[str, Any], group_id: UUID | None) -> OptionGroup:
    return group_of(named_form(OptionGroupForm, raw, "json"), group_id)


def _option(raw: Mapping[str, Any], option_id: UUID | None) -> Option:
    return read_option(raw, "json", option_id)


def _fields(group: OptionGroup) -> dict[str, Any]:
    return {n: getattr(group, n) for n in ("id", "kind", "names", "least", "most")}


def options_schema(_: Any = None) -> dict[str, Any]:
    """The body of ``PUT /api/listings/{id}/options``."""
    own = {"id": {"type": "string", "format": "uuid", "description": "Of one that is there already."}}
    option, group = json_schema(OptionForm), json_schema(OptionGroupForm)
    option["properties"] = own | option["properties"]
    group["properties"] = own | group["properties"] | {"options": {"type": "array", "items": option}}
    group["required"] = [*group.get("required", []), "options"]
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["version", "groups"],
        "properties": {"version": {"type": "integer"}, "groups": {"type": "array", "items": group}},
    }


def shown_options(groups: Iterable[OptionGroup], locale: str) -> list[OptionGroupView]:
    """The groups in the reader's language."""
    return [
        OptionGroupView(
            id=group.id,
            kind=group.kind,
            name=named(group.names, locale),
            names=dict(group.names),
            min=group.least,
            max=group.most,
            options=[
                OptionView(
                    id=option.id,
                    name=named(option.names, locale),
                    names=dict(option.names),
                    price=option.price,
                    minutes=option.minutes,
                    sku=option.sku,
                    available=option.available,
                )
                for option in group.options
            ],
        )
        for group in groups
    ]


FIELD = "options."


def chosen_in(pairs: Iterable[tuple[str, Any]]) -> dict[str, tuple[str, ...]]:
    """What the fields ``options.<group>`` of a form or an address say: ids of options by the id of their group."""
    chosen: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        if name.startswith(FIELD):
            group = name.removeprefix(FIELD)
            given = value if isinstance(value, list | tuple) else (value,)
            chosen[group] = (*chosen.get(group, ()), *(str(one) for one in given if one))
    return chosen
