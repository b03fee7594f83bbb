"""What people do with shops. Other rooms and plugins call :func:`access_shop` and :func:`roles_in` before they act
for one.
"""

from __future__ import annotations

from marketplace_kit.shops.domain import ADMIN, OWNER, STAFF
from marketplace_kit.shops.services.access import access_shop, roles_in, shop_of
from marketplace_kit.shops.services.agreeing import agreed_with, consent_words, with_consent
from marketplace_kit.shops.services.asking import filter_of, own_shop, visible_shop
from marketplace_kit.shops.services.describing import (
    edit_shop,
    note_rating,
    rename_address,
    set_contacts,
    set_policies,
    set_profile,
)
from marketplace_kit.shops.services.face import Face, face_of
from marketplace_kit.shops.services.hygiene import Requests, Times, tidy_lists
from marketplace_kit.shops.services.members import Crew, add_member, change_member, invite_member, remove_member
from marketplace_kit.shops.services.moving import go_live, move_shop
from marketplace_kit.shops.services.opening import ensure_shop, open_shop, start_shop
from marketplace_kit.shops.services.picturing import SHOP_PHOTOS, ensure_shop_photos
from marketplace_kit.shops.services.privacy import erase
from marketplace_kit.shops.services.readiness import Offers, OnOffer, setup_of
from marketplace_kit.shops.services.samples import SampleShop, ensure_described_shop
from marketplace_kit.shops.services.telling import tell_admins, tell_owner
from marketplace_kit.shops.services.timetable import clear_day, refresh_spans, set_day, set_week

__all__ = [
    "ADMIN",
    "OWNER",
    "SHOP_PHOTOS",
    "STAFF",
    "Crew",
    "Face",
    "Offers",
    "OnOffer",
    "Requests",
    "SampleShop",
    "Times",
    "access_shop",
    "add_member",
    "agreed_with",
    "change_member",
    "clear_day",
    "consent_words",
    "edit_shop",
    "ensure_described_shop",
    "ensure_shop",
    "ensure_shop_photos",
    "erase",
    "face_of",
    "filter_of",
    "go_live",
    "invite_member",
    "move_shop",
    "note_rating",
    "open_shop",
    "own_shop",
    "refresh_spans",
    "remove_member",
    "rename_address",
    "roles_in",
    "set_contacts",
    "set_day",
    "set_policies",
    "set_profile",
    "set_week",
    "setup_of",
    "shop_of",
    "start_shop",
    "tell_admins",
    "tell_owner",
    "tidy_lists",
    "visible_shop",
    "with_consent",
]
