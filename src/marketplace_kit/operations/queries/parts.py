"""What the site is made of, as its registry and settings say: no statement is needed."""

from __future__ import annotations

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.fields import fields_of
from marketplace_kit.kernel.hooks import PluginInfo
from marketplace_kit.kernel.site import Site
from marketplace_kit.operations.schemas import PluginCard, SettingRow


def cards(site: Site) -> list[PluginCard]:
    """Every plugin that was found: those that do not fit first, then the verticals, the core's rooms last."""
    registry = site.registry
    misfits = [
        PluginCard(
            name=misfit.name,
            label=misfit.info.label if misfit.info else misfit.name,
            summary=misfit.info.summary if misfit.info else "",
            version=misfit.info.version if misfit.info else "",
            category=misfit.info.category if misfit.info else "",
            state="quarantined",
            reason=misfit.reason,
        )
        for misfit in registry.quarantined
    ]
    rows = setting_rows(site)
    return misfits + sorted(
        (_card(site, info, rows) for info in registry.plugins.values()),
        key=lambda c: (c.state == "core", c.category, c.label),
    )


def card(site: Site, name: str) -> PluginCard:
    """One plugin; refuses :class:`Missing` if nobody is called so."""
    found = next((c for c in cards(site) if c.name == name), None)
    if found is None:
        raise Missing
    return found


def _card(site: Site, info: PluginInfo, rows: list[SettingRow]) -> PluginCard:
    plugins = site.registry.plugins
    sections = {section.name for section in site.registry.settings.of(info.name)}
    state = "core" if info.core else "enabled" if site.hooks.is_active(info.name) else "disabled"
    return PluginCard(
        name=info.name,
        label=info.label,
        summary=info.summary,
        version=info.version,
        category=info.category,
        state=state,
        needs=list(info.requires_plugins),
        needed_by=[p.name for p in plugins.values() if info.name in p.requires_plugins],
        personal_data=info.personal_data,
        contributes=site.registry.owned(info.name),
        settings=[row for row in rows if row.name.split(".")[0] in sections],
    )


def setting_rows(site: Site) -> list[SettingRow]:
    """Every setting in force; secrets are masked."""
    fields = {
        f"{section.name}.{field.name}": field
        for section in site.registry.settings.values()
        for field in fields_of(section.form)
    }
    return [
        SettingRow(
            name=name,
            label=fields[name].label,
            value=value,
            origin=origin,
            secret=fields[name].private,
            runtime=fields[name].runtime,
        )
        for name, value, origin in site.settings.shown()
    ]
