"""What can be checked of a plugin from its declarations alone; the contract suite of ``testing`` goes further."""

from __future__ import annotations

from collections.abc import Iterator

from marketplace_kit.kernel.fields import fields_of
from marketplace_kit.kernel.registry import Registry
from marketplace_kit.kernel.texts import Texts


def check_plugin(registry: Registry, texts: Texts, plugin: str) -> list[str]:
    """Everything wrong with what a plugin declares; empty if nothing is."""
    faults = []
    for locale in ("kk", "ru"):
        if lacking := texts.lacking(locale, declared_texts(registry, plugin)):
            faults.append(f"no {locale} wording for {len(lacking)} texts, first “{lacking[0]}”")
    for storage in registry.storage.of(plugin):
        if not list(storage.migrations.glob("*.py")):
            faults.append(f"no migration makes the tables {', '.join(storage.tables)}")
    for templates in registry.templates.of(plugin):
        if templates.folder is not None and not templates.folder.is_dir():
            faults.append(f"the template folder {templates.folder.name} is missing")
    return faults


def declared_texts(registry: Registry, plugin: str) -> set[str]:
    """Every wording in a plugin's declarations that a person may read."""
    return {text for text in _texts(registry, plugin) if text}


def _texts(registry: Registry, plugin: str) -> Iterator[str]:
    for kind in registry.listing_kinds.of(plugin):
        yield from (kind.label, kind.plural, kind.summary)
        for field in fields_of(kind.attributes):
            yield from field.texts
        if kind.process is not None:
            yield from kind.process.texts()
    for line in registry.line_kinds.of(plugin):
        yield from (line.label, *line.process.texts())
        forms = (line.choice, *(transition.asks for transition in line.process.transitions))
        for field in (field for form in forms for field in fields_of(form)):
            yield from field.texts
    for section in registry.settings.of(plugin):
        for field in fields_of(section.form):
            yield from field.texts
    for notice in registry.notices.of(plugin):
        yield from (notice.label, notice.subject, notice.body)
    yield from (permission.label for permission in registry.permissions.of(plugin))
    yield from (channel.label for channel in registry.channels.of(plugin))
