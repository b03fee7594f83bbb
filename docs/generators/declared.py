"""What is declared: ``settings.md``, ``permissions.md``, ``problems.md``, ``events.md`` and ``processes.md``."""

from __future__ import annotations

import ast
import inspect
import typing
from collections import defaultdict
from pathlib import Path
from typing import Any

import msgspec

from generators.house import House, owner_of
from generators.markdown import code, default, first_paragraph, named, page, prose, table, ticked
from marketplace_kit.kernel.errors import DomainError
from marketplace_kit.kernel.events import Event
from marketplace_kit.kernel.fields import Field, fields_of
from marketplace_kit.kernel.fields.reading import TEXTS
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.process import Process
from marketplace_kit.kernel.settings import PREFIX
from marketplace_kit.web.errors import _FAULT, _HTTP_CODES, STATUS


def settings(house: House) -> str:
    """Every section and field."""
    intro = """Read in this order, later ones win: defaults, `marketplace.toml`, `MK_SECTION__FIELD` in the
        environment, and `MK_SECTION__FIELD_FILE`, which names a file with the value (for secrets). An unknown name is
        an error that names the nearest known one. `marketplace config show --origin` prints what is in force and
        where it came from."""
    return page("Settings", intro, *(_settings_section(house, name) for name in house.registry.settings))


def _settings_section(house: House, name: str) -> str:
    section = house.registry.settings[name]
    rows = [_setting(name, field) for field in fields_of(section.form)]
    about = first_paragraph(section.form.__doc__) if section.form.__doc__ else ""
    by = f"Declared by {house.registry.settings.owner(name)}."
    columns = ("field", "environment", "type", "default", "what it is")
    return "\n\n".join((f"## [{name}]", f"{about} {by}".strip(), table(columns, rows)))


def _setting(section: str, field: Field) -> tuple[str, ...]:
    unit = f"In {field.unit.removeprefix('in ')}." if field.unit else ""
    about = [f"{field.label}." if field.label else "", field.hint, unit]
    bounds = [
        f"at least {field.min}" if field.min is not None else "",
        f"at most {field.max}" if field.max is not None else "",
    ]
    about += [f"{', '.join(b for b in bounds if b)}.".capitalize() if any(bounds) else ""]
    about += [f"One of {named(c.value for c in field.choices)}." if field.choices else ""]
    about += [f"At least {field.min_length} characters." if field.min_length else ""]
    about += [
        "Masked wherever it is shown." if field.private else "",
        "An admin may change it while the site runs." if field.runtime else "",
    ]
    shown = "needed" if field.required else default(field.default)
    variable = f"{PREFIX}{section}__{field.name}".upper()
    return ticked(field.name), ticked(variable), _kind(field), shown, " ".join(a for a in about if a)


def _kind(field: Field) -> str:
    names = {str: field.format or "text", int: "whole number", bool: "yes or no", Money: "money"}
    name = "choice" if field.choices else names.get(field.type, field.type.__name__)
    return f"several of a {name}" if field.many else name


def permissions(house: House) -> str:
    """Every permission, who holds it and what it opens."""
    intro = """Every route names one of these, or `public` (anybody) or `signed_in` (any person); a route that names
        none stops the boot. The roles hold them from the start."""
    registry = house.registry
    rows = [
        (ticked(n), p.label, ", ".join(p.roles), registry.permissions.owner(n)) for n, p in registry.permissions.items()
    ]
    return page("Permissions", intro, table(("permission", "what it lets a person do", "roles", "declared by"), rows))


def problems(house: House) -> str:
    """Every refusal."""
    intro = """What the site says when it will not do a thing. A program gets an RFC 9457 document
        (`application/problem+json`) with `code`, `status`, `title`, `detail`, `instance`, `request_id`, `facts` and,
        for fields, `problems`; a person gets the same words on a page. **`code` is stable**; texts are translated and
        may be reworded."""
    kinds = table(("kind", "status"), ((k.value, str(s)) for k, s in STATUS.items()))
    by_owner: dict[str, list[type[DomainError]]] = defaultdict(list)
    for refusal in house.classes(DomainError):
        if refusal is not DomainError:
            by_owner[owner_of(refusal)].append(refusal)
    parts = ["## Kinds and statuses", "The domain knows kinds; only the web floor knows statuses.", kinds]
    columns = ("code", "status", "kind", "text", "class")
    for owner, refusals in by_owner.items():
        parts += [f"## {owner}", table(columns, (_refusal(r) for r in sorted(refusals, key=lambda r: r.code)))]
    http = [(ticked(c), str(s), t) for s, (c, t) in _HTTP_CODES.items()] + [(ticked(_FAULT[0]), "500", _FAULT[1])]
    parts += ["## Refused before any room is asked", table(("code", "status", "text"), http)]
    parts += [
        "## Problems of fields",
        "Inside `problems` of an `invalid` answer, each with the path of its field.",
        table(("code", "text"), ((ticked(c), t) for c, t in {**TEXTS, **_written_out(house), **TEXTS}.items())),
    ]
    return page("Problems", intro, *parts)


def _written_out(house: House) -> dict[str, str]:
    """The problems that rooms name themselves: ``Problem("email", "contact_needed", N_("…"))``."""
    found: dict[str, str] = {}
    for module in house.modules:
        source = Path(str(module.__file__)).read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Problem"):
                continue
            texts = [c.value for c in ast.walk(node) if isinstance(c, ast.Constant) and isinstance(c.value, str)]
            if len(texts) == 3:  # field, code, text; where one is computed, the code is one of TEXTS
                found[texts[1]] = texts[2]
    return dict(sorted(found.items()))


def _refusal(refusal: type[DomainError]) -> tuple[str, ...]:
    return ticked(refusal.code), str(STATUS[refusal.kind]), refusal.kind.value, refusal.text, ticked(refusal.__name__)


def events(house: House) -> str:
    """Every event and who listens."""
    intro = """Facts in the past tense, recorded in the transaction that made them true and told to each listener after
        the commit, in a unit of work of its own. Ids and values only. An old row can always be read: new fields have
        defaults, names never change."""
    found = [e for e in house.classes(Event) if e is not Event]
    return page("Events", intro, *(_event(house, e) for e in found))


def _event(house: House, event: type[Any]) -> str:
    hints = typing.get_type_hints(event, include_extras=False)
    rows = [
        (ticked(f.name), ticked(_type_name(hints[f.name])), "needed" if f.required else default(f.default))
        for f in msgspec.structs.fields(event)
    ]
    registry = house.registry
    listening = [f"`{x.name}` ({registry.listeners.owner(x.name)})" for x in registry.listeners_of(event)]
    own = event.__doc__ if "__doc__" in vars(event) else ""
    return "\n\n".join(
        part
        for part in (
            f"## {event.name or event.__name__}",
            prose(own),
            f"`{event.__name__}`, said by {owner_of(event)}. Heard by "
            + (", ".join(listening) if listening else "nobody yet")
            + ".",
            table(("field", "type", "default"), rows),
        )
        if part
    )


def _type_name(hint: Any) -> str:
    return (
        hint.__name__
        if inspect.isclass(hint) and not typing.get_args(hint)
        else str(hint).replace("typing.", "").replace("uuid.", "")
    )


def processes(house: House) -> str:
    """Every process, drawn."""
    intro = """State machines as data. Each is checked at boot: every state can be reached, every unfinished one can be
        left, every state has wording. An illegal move is `409 invalid_transition` with `from` and `allowed`."""
    listed = [("listing kind", k.name, k.process) for k in house.registry.listing_kinds.values() if k.process]
    lines = [("line kind", k.name, p) for k in house.registry.line_kinds.values() for p in (k.process, *k.older)]
    kinds = {process.name: f"{what} `{name}`" for what, name, process in (*listed, *lines)}
    found: dict[tuple[str, int], Process] = {(p.name, p.version): p for p in house.values(Process)}
    found |= {(process.name, process.version): process for _, _, process in (*listed, *lines)}
    return page("Processes", intro, *(_process(p, kinds.get(p.name, "")) for _, p in sorted(found.items())))


def _process(process: Process, kind: str) -> str:
    states = [
        (ticked(s.name), s.text, s.tone.value, s.stage.value if s.stage else "", "yes" if s.terminal else "")
        for s in process.states
    ]
    moves = [
        (ticked(t.verb), named(t.sources), ticked(t.target), ", ".join(t.who), t.text) for t in process.transitions
    ]
    timers = [(ticked(t.state), str(t.after), ticked(t.verb)) for t in process.timers]
    parts = [
        f"## {process.name}",
        f"Version {process.version}." + (f" The process of the {kind}." if kind else ""),
    ]
    parts += [
        code(process.mermaid(), "mermaid"),
        table(("state", "what people read", "tone", "stage", "final"), states),
    ]
    parts += [table(("verb", "from", "to", "who may", "button"), moves)]
    if timers:
        parts.append(table(("in state", "after", "the system does"), timers))
    return "\n\n".join(parts)
