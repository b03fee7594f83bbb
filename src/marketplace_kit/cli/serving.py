"""The application as several uvicorn processes build it: each for itself, from the environment."""

from __future__ import annotations

from typing import Any

from marketplace_kit.app import create_app
from marketplace_kit.cli.deployment import Deployment
from marketplace_kit.cli.logs import configure
from marketplace_kit.kernel.garbage import none_expected
from marketplace_kit.kernel.settings import SiteSettings


def app() -> Any:
    """An application on a site of its own."""
    deployment = Deployment()
    configure(json=deployment.settings.of(SiteSettings).mode == "production", level="info")
    with none_expected():
        return create_app(deployment.open_site())
