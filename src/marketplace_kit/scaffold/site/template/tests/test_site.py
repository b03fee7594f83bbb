"""The settings and plugins of this site fit each other."""

from pathlib import Path

from marketplace_kit import assembly
from marketplace_kit.kernel.plugins import discover_folder

HERE = Path(__file__).resolve().parents[1]


def test_the_settings_fit_the_plugins() -> None:
    registry, _ = assembly.load_plugins(extra=discover_folder(HERE / "plugins"))
    assert [(m.name, m.reason) for m in registry.quarantined] == []
    toml = HERE / "marketplace.toml"
    loaded = assembly.load_settings(registry, toml=toml, environ={})
    assert loaded.origins["site.name"].endswith("marketplace.toml")
