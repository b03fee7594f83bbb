"""The contract: ``hooks.md`` and ``descriptions.md``."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import attrs

from generators.house import ROOT, House, example_plugins
from generators.markdown import code, first_paragraph, named, page, prose, signature, table, ticked, wrapped
from marketplace_kit.kernel.hooks import Plugin, descriptions, lines
from marketplace_kit.kernel.hooks.specs import CONTRIBUTION, REGISTRATION
from marketplace_kit.kernel.plugins import _PREFIXED as PREFIXED

EXAMPLES = Path(__file__).parent / "examples"
_UNNAMED = {"mk_storage", "mk_templates", "mk_routes"}
_ORDER = "The core's rooms from the ground up, then plugins: by what they need, then by name."


def hooks(house: House) -> str:
    """One section per hook."""
    intro = f"""The {len(REGISTRATION) + len(CONTRIBUTION)} ways in which a plugin takes part. Subclass
        `marketplace_kit.kernel.hooks.Plugin`, mark each method with `@hookimpl` and `@override`: a wrong signature is
        then a type error, and a hook that does not exist quarantines the plugin. All hooks are synchronous; what must
        wait is an object that a hook returns. There is no hook per verb: [events](events.md) tell what happened.
        Every example is a whole program, and the test run executes it."""
    overview = table(
        ("hook", "answers", "in a word"),
        (
            (
                f"[`{h}`](#{h.replace('_', '-')})",
                _answer_link(h),
                first_paragraph(getattr(Plugin, h).__doc__).split(". ")[0].rstrip(".") + ".",
            )
            for h in (*REGISTRATION, *CONTRIBUTION)
        ),
    )
    return page(
        "Hooks",
        intro,
        overview,
        "## Registration",
        wrapped(
            """Nouns. Called once, at boot; frozen [descriptions](descriptions.md) come out. One that raises
                quarantines its plugin: the site runs without it, and `marketplace doctor` and `plugin list` name the
                reason. A core room that raises stops the boot."""
        ),
        *(_section(house, hook, "registration") for hook in REGISTRATION),
        "## Contribution",
        wrapped(
            """Collected from all active plugins, whenever a page needs them. Pure and quick: frozen snapshots in,
                values out, no I/O. One that raises is left out and logged (`hook.failed`); one that takes more than 5
                ms is logged (`hook.slow`). A disabled plugin is not asked."""
        ),
        *(_section(house, hook, "contribution") for hook in CONTRIBUTION),
    )


def _section(house: House, hook: str, shape: str) -> str:
    spec = getattr(Plugin, hook)
    users = [*house.hooks.implementers(hook), *(p.info.name for p in example_plugins() if _overrides(p, hook))]
    facts = [
        ("answers", _answer_link(hook)),
        (
            "called",
            "once, at boot" + (", before the settings are read" if hook == "mk_settings" else "")
            if shape == "registration"
            else "on each page",
        ),
        ("two of one name", _duplicate(hook, shape)),
        ("order", _ORDER if shape == "registration" else "By each item's `order`; among equals as below."),
        ("used by", named(users)),
    ]
    example = (EXAMPLES / f"{hook}.py").read_text(encoding="utf-8")
    parts = [f"({hook.replace('_', '-')})=\n### `{signature(spec)}`", prose(spec.__doc__), table(("", ""), facts)]
    if hook == "mk_panels":
        parts += [
            "The slots of this repository's pages. Every snapshot has `actor`.",
            table(("slot", "template", "besides"), _slots()),
        ]
    return "\n\n".join((*parts, code(example)))


def _slots() -> list[tuple[str, ...]]:
    """Where templates ask for panels, in the order of their names."""
    found = []
    for path in sorted((*ROOT.glob("src/**/templates/**/*.html"), *ROOT.glob("plugins/*/src/**/templates/**/*.html"))):
        template = path.as_posix().rsplit("/templates/", 1)[1]
        for slot, given in re.findall(r'panels\("([\w.]+)"((?:, ?[^)]+)?)\)', path.read_text(encoding="utf-8")):
            names = [part.split("=")[0].strip() for part in given.split(",") if part.strip()]
            shown = ["the page's own snapshot" if name.startswith("**") else ticked(name) for name in names]
            found.append((ticked(slot), ticked(template), ", ".join(shown)))
    return sorted(found)


def _overrides(plugin: Plugin, hook: str) -> bool:
    return getattr(type(plugin), hook) is not getattr(Plugin, hook)


def _answer_link(hook: str) -> str:
    name = answer_of(hook).__name__
    return f"[`{name}`](descriptions.md#{name.lower()})"


def answer_of(hook: str) -> type:
    """The description that a hook returns a sequence of."""
    return {**REGISTRATION, **CONTRIBUTION}[hook]


def _duplicate(hook: str, shape: str) -> str:
    if shape == "contribution":
        return "Nothing has a name here; both are shown."
    if hook in _UNNAMED:
        return "These have no name: a plugin may return several."
    prefix = " Names begin with the plugin's own: `vet` or `vet.…`." if hook in PREFIXED else ""
    return f"Stops the boot and names both owners.{prefix}"


def described(house: House) -> str:
    """Each frozen description with its attributes."""
    classes = [c for module in (descriptions, lines) for c in vars(module).values() if _is_description(c, module)]
    intro = """The nouns of the contract, all in `marketplace_kit.kernel.hooks`. They are frozen: a hook returns them
        once and nobody changes them afterwards. Texts are English message ids, translated where they are shown."""
    return page("Descriptions", intro, *(_description(c) for c in classes))


def _is_description(thing: Any, module: Any) -> bool:
    return isinstance(thing, type) and thing.__module__ == module.__name__


def _description(cls: type) -> str:
    parts = [f"## {cls.__name__}", prose(cls.__doc__)]
    hooks_ = [h for h in (*REGISTRATION, *CONTRIBUTION) if answer_of(h) is cls]
    if hooks_:
        parts.append("Returned by " + ", ".join(f"[`{h}`](hooks.md#{h.replace('_', '-')})" for h in hooks_) + ".")
    if attrs.has(cls):
        rows = [(ticked(a.name), ticked(_type(a)), _default(a)) for a in attrs.fields(cls)]
        parts.append(table(("attribute", "type", "default"), rows))
    own = [
        f
        for name, f in vars(cls).items()
        if not name.startswith("_") and inspect.isfunction(f) and f.__module__ == cls.__module__
    ]
    for function in own:
        kind = "async " if inspect.iscoroutinefunction(function) else ""
        parts.append(
            f"`{kind}{signature(function)}`" + (f": {first_paragraph(function.__doc__)}" if function.__doc__ else "")
        )
    return "\n\n".join(parts)


def _type(attribute: Any) -> str:
    return (
        attribute.type if isinstance(attribute.type, str) else getattr(attribute.type, "__name__", str(attribute.type))
    )


def _default(attribute: Any) -> str:
    given = attribute.default
    if given is attrs.NOTHING:
        return "needed"
    if isinstance(given, attrs.Factory):
        return ticked("{}" if given.factory is dict else "[]" if given.factory is list else given.factory.__name__)
    if isinstance(given, type(None)):
        return ticked("None")
    if isinstance(given, frozenset | tuple) and not given:
        return "empty"
    name = given.__name__ if isinstance(given, type) or inspect.isfunction(given) else repr(given)
    return ticked(f"{type(given).__name__}()" if attrs.has(type(given)) else name)
