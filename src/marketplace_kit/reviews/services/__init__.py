"""Reviewing. Other rooms and plugins import from here."""

from marketplace_kit.reviews.services.answering import SPEAK, change_reply, reply, report
from marketplace_kit.reviews.services.inviting import INVITE, Invite, invite, link_token, send_invitation
from marketplace_kit.reviews.services.moderating import keep, publish, remove
from marketplace_kit.reviews.services.privacy import erase
from marketplace_kit.reviews.services.seeding import SampleReview, ensure_lifelike, ensure_reviews, lifelike
from marketplace_kit.reviews.services.writing import (
    change,
    change_by_link,
    to_rate,
    to_rate_by_link,
    write,
    write_by_link,
)

__all__ = [
    "INVITE",
    "SPEAK",
    "Invite",
    "SampleReview",
    "change",
    "change_by_link",
    "change_reply",
    "ensure_lifelike",
    "ensure_reviews",
    "erase",
    "invite",
    "keep",
    "lifelike",
    "link_token",
    "publish",
    "remove",
    "reply",
    "report",
    "send_invitation",
    "to_rate",
    "to_rate_by_link",
    "write",
    "write_by_link",
]
