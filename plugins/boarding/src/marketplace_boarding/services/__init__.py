"""What families and pet hotels do."""

from marketplace_boarding.services.capacity import StayCapacity
from marketplace_boarding.services.families import (
    MOST_SHOWN,
    availability,
    family_stay,
    links_of,
    not_now,
    quote_of,
    set_care,
    stay_card,
    stay_key,
)
from marketplace_boarding.services.farewell import close_stays
from marketplace_boarding.services.gates import gate_of, gate_view, said_refusal
from marketplace_boarding.services.house import (
    STAFF_ROLES,
    board,
    bring_to,
    close_room,
    closures,
    drop_season,
    open_room,
    save_room,
    save_season,
    seen_by_staff,
    zone_of,
)
from marketplace_boarding.services.lodgings import Offered, guests_in, offered
from marketplace_boarding.services.moving import today_in
from marketplace_boarding.services.privacy import erase
from marketplace_boarding.services.sheets import STAY_PHOTOS, day_sheet, log, send_card, send_due_cards, watch
from marketplace_boarding.services.telling import ask_for_proofs, tell_card, tell_incident, tell_missed

__all__ = [
    "MOST_SHOWN",
    "STAFF_ROLES",
    "STAY_PHOTOS",
    "Offered",
    "StayCapacity",
    "ask_for_proofs",
    "availability",
    "board",
    "bring_to",
    "close_room",
    "close_stays",
    "closures",
    "day_sheet",
    "drop_season",
    "erase",
    "family_stay",
    "gate_of",
    "gate_view",
    "guests_in",
    "links_of",
    "log",
    "not_now",
    "offered",
    "open_room",
    "quote_of",
    "said_refusal",
    "save_room",
    "save_season",
    "seen_by_staff",
    "send_card",
    "send_due_cards",
    "set_care",
    "stay_card",
    "stay_key",
    "tell_card",
    "tell_incident",
    "tell_missed",
    "today_in",
    "watch",
    "zone_of",
]
