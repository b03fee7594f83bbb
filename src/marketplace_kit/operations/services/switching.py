"""Switching plugins on and off for this site."""

from __future__ import annotations

from marketplace_kit.kernel.activation import disable, enable
from marketplace_kit.kernel.audit import audit
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import UnitOfWork


async def switch(uow: UnitOfWork, plugin: str, *, on: bool, by: Actor | None) -> None:
    """Let a plugin take part, or no longer. Refuses Missing, CorePlugin, and PluginNeeded while another needs it."""
    await (enable if on else disable)(uow, plugin)
    act = "operations.enable_plugin" if on else "operations.disable_plugin"
    await audit(
        uow, by=by, act=act, on=f"plugin:{plugin}", facts={"version": uow.site.registry.plugins[plugin].version}
    )
