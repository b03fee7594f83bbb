"""Settings that an admin changes while the site runs: stored one by one, above what the deployment says."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from marketplace_kit.kernel.activation import Activation
from marketplace_kit.kernel.audit import Fact, audit
from marketplace_kit.kernel.choices import choose, chosen_below, unchoose
from marketplace_kit.kernel.errors import Invalid, Missing, Problem, StaleVersion
from marketplace_kit.kernel.fields import Field, Form, fields_of, parse, raw_of
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.settings import Settings, runtime_form, with_changes
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.kernel.texts import N_

NOT_RUNTIME = N_("This setting is decided by the deployment and cannot be changed here.")


def section_form(site: Site, section: str) -> type[Form]:
    """What an admin may change of a section. Refuses Missing for a section that has nothing of the kind."""
    declared = site.registry.settings.get(section)
    form = runtime_form(declared.form) if declared is not None else None
    if form is None:
        raise Missing
    return form


def version_of(settings: Settings, section: str, form: type[Form]) -> str:
    """Says whether a section still is what somebody saw."""
    values = raw_of(settings.section(section))
    seen = msgspec.json.encode([values[f.name] for f in fields_of(form)])
    return hashlib.sha256(seen).hexdigest()[:16]


def typed_changes(form: type[Form], posted: Mapping[str, Any]) -> dict[str, Any]:
    """What a page's form asks for, as plain values; None goes back to what the deployment says. An answer left empty
    is that, too, but an empty secret stays as it is. Refuses Invalid.
    """
    given = {name: value for name, value in posted.items() if name in form.__struct_fields__}
    parsed = raw_of(parse(form, given, "form"))
    changes: dict[str, Any] = {}
    for field in fields_of(form):
        empty = field.type is not bool and given.get(field.name) in (None, "", [])
        if not (empty and field.private):
            changes[field.name] = None if empty else parsed[field.name]
    return changes


async def save_settings(
    site: Site, section: str, changes: Mapping[str, Any], *, by: Actor, seen: str | None = None
) -> None:
    """Change some settings of a section, or none of them; None goes back to what the deployment says. In force here at
    once, in other processes within a second. Refuses Invalid, Missing, and StaleVersion if the section is no longer
    what was ``seen``.
    """
    await site.do(_save, section, changes, by, seen)
    await site.facility(Activation).refresh(site, at_most_every=0)


async def reset_setting(site: Site, section: str, name: str, *, by: Actor) -> None:
    """Go back to what the deployment says. Refuses Missing for what is no setting that can be changed here."""
    if name not in section_form(site, section).__struct_fields__:
        raise Missing
    await save_settings(site, section, {name: None}, by=by)


async def _save(uow: UnitOfWork, section: str, changes: Mapping[str, Any], by: Actor, seen: str | None) -> None:
    form = section_form(uow.site, section)
    fields = {f.name: f for f in fields_of(form)}
    deployed = uow.site.settings.deployed or uow.site.settings
    saved = await chosen_below(uow, f"{section}.")
    now = deployed.with_saved(saved)
    if seen is not None and seen != version_of(now, section, form):
        raise StaleVersion
    _refuse_others(uow.site, section, fields, changes)
    wanted = {name: value for name, value in changes.items() if value is not None or name not in fields}
    becomes, below = raw_of(with_changes(now.section(section), wanted)), raw_of(deployed.section(section))
    facts: dict[str, Fact] = {}
    for name, value in changes.items():
        key, target = f"{section}.{name}", below[name] if value is None else becomes[name]
        if target == below[name] or target is None:
            changed = await unchoose(uow, key) > 0
        else:
            changed = key not in saved or saved[key] != target
            if changed:
                await choose(uow, key, target)
        if changed:
            facts[name] = target if _may_be_told(fields[name]) else "…"
    if facts:
        await audit(uow, by=by, act="operations.save_settings", on=f"settings:{section}", facts=facts)


def _refuse_others(site: Site, section: str, fields: Mapping[str, Field], changes: Mapping[str, Any]) -> None:
    known = site.registry.settings[section].form.__struct_fields__
    others = [name for name in changes if name in known and name not in fields]
    if others:
        raise Invalid(*(Problem(name, "not_runtime", NOT_RUNTIME) for name in others))


def _may_be_told(field: Field) -> bool:
    """The trail is kept for ever: what somebody typed may be a secret, or somebody's name."""
    return field.type in (bool, int) or bool(field.choices and not field.many)
