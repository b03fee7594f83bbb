"""What people do who run the site. Every act is written into the audit trail."""

from marketplace_kit.operations.services.branding import brand_view, reset_brand, save_brand, save_logo
from marketplace_kit.operations.services.choosing import (
    reset_setting,
    save_settings,
    typed_changes,
    version_of,
)
from marketplace_kit.operations.services.doctor import Finding, examine
from marketplace_kit.operations.services.switching import switch
from marketplace_kit.operations.services.working import retry_all, retry_one, start_job

__all__ = [
    "Finding",
    "brand_view",
    "examine",
    "reset_brand",
    "reset_setting",
    "retry_all",
    "retry_one",
    "save_brand",
    "save_logo",
    "save_settings",
    "start_job",
    "switch",
    "typed_changes",
    "version_of",
]
