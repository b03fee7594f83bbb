"""Background work of this room: one job for each invitation."""

from __future__ import annotations

from marketplace_kit.kernel.hooks import Job
from marketplace_kit.reviews import services

jobs = (Job(name=services.INVITE, payload=services.Invite, run=services.send_invitation),)
