"""What may be done with an appointment at this moment, and where its customer goes on: for the pages that offer it.

The same rules are kept when it is done (:mod:`marketplace_kit.scheduling.services.capacity.moving`); here nobody is
asked: the line's own facts say what was agreed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from marketplace_kit.kernel.hooks import Glance, LineLink
from marketplace_kit.kernel.process import Stage
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.scheduling.domain.process import HELD, REQUESTED
from marketplace_kit.scheduling.services.capacity.facts import SHOP
from marketplace_kit.scheduling.services.capacity.moving import EARLY_CHECK_IN_S, UNDO_MISS
from marketplace_kit.scheduling.services.inviting import FILE, visit_path, visit_token
from marketplace_kit.scheduling.services.travelling import opens_at

TOO_LATE = N_("It is too late to move or cancel this here. Please call the shop.")
MOVED_ENOUGH = N_("This was moved as often as it can be moved here. Please call the shop to move it again.")
_AHEAD = (Stage.PENDING, Stage.ACCEPTED)


def not_now(glance: Glance, verb: str) -> str | None:
    """See :class:`~marketplace_kit.kernel.hooks.LineKind`: ``None`` where the verb may be done, else why not."""
    facts, now = glance.facts, glance.now
    starts_at = _instant(facts, "starts_at")
    by_customer = "customer" in glance.roles and not glance.roles & SHOP
    if verb == "accept":
        return None if facts.get("proposed") else ""
    if starts_at is None:
        return None
    at_home = bool(facts.get("home_visit"))
    if verb == "set_out" and (not at_home or now < opens_at(str(facts.get("zone", "UTC")), int(starts_at.timestamp()))):
        return ""
    if verb == "check_in" and at_home:
        return ""
    if verb == "check_in" and by_customer and now < starts_at - timedelta(seconds=EARLY_CHECK_IN_S):
        return ""
    if verb == "miss" and now < starts_at:
        return ""
    if verb == "undo_miss":
        missed_at = _instant(facts, "missed_at")
        return "" if missed_at is not None and now - missed_at > UNDO_MISS else None
    return _against_policy(glance, verb, starts_at) if by_customer else None


def _against_policy(glance: Glance, verb: str, starts_at: datetime) -> str | None:
    """What was agreed when it was booked: until when it is moved or cancelled, and how often it is moved."""
    rules: Mapping[str, Any] = glance.facts.get("rules") or {}
    bound = verb == "reschedule" or (verb == "cancel" and glance.state not in (REQUESTED, HELD))
    if not rules or not bound:
        return None
    if glance.now > starts_at - timedelta(hours=int(rules.get("cutoff_hours", 0))):
        return TOO_LATE
    if verb == "reschedule" and int(glance.facts.get("moves_used", 0)) >= int(rules.get("moves", 2)):
        return MOVED_ENOUGH
    return None


def links_of(site: Site, glance: Glance) -> Sequence[LineLink]:
    """The invitation and the page of an appointment that lies ahead; for who holds a link, by a signed address."""
    if glance.stage not in _AHEAD or "starts_at" not in glance.facts or "customer" not in glance.roles:
        return ()
    page = visit_path(glance.line_id, visit_token(site, glance.line_id) if glance.by_link else "")
    return (
        LineLink(text=N_("Into my calendar"), href=f"{page}/{FILE}", icon="calendar-check"),
        LineLink(text=N_("Your appointment"), href=page),
    )


def _instant(facts: Mapping[str, Any], name: str) -> datetime | None:
    try:
        return datetime.fromisoformat(str(facts.get(name)))
    except ValueError:
        return None
