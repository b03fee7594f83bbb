"""What may be done here, by whom."""

from __future__ import annotations

from typing import Final

ADMINISTER: Final = "operations.administer"
"""Run the site: plugins, background work, settings, health."""
AUDIT: Final = "operations.audit"
"""Read the audit trail."""
