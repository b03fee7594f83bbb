"""What people do with pets. Other plugins that need pets import from here and from ``marketplace_pets.domain`` alone.

- For computing about a pet that its family brings, on any connection: :func:`my_pets`, :func:`card`, :func:`may_book`,
  :func:`latest_weight`, :func:`behaviour_codes`, :func:`gate` and the plural forms.
- With a booking, in its unit of work: :func:`grant_for_booking`, :func:`end_booking_grant`; and for the care plan
  :func:`expect`, :func:`expect_no_more`.
- For a pet whose family is not here yet: :func:`write_down`, :func:`known_to`.
- For showing another's record to staff: :func:`read`, which writes the family's log.
- For adding to the record: :func:`note`, :func:`advise`, :func:`record_weight`, :func:`record_dose`,
  :func:`flag_behaviour`.
"""

from marketplace_pets.domain import PROTOCOL_CHOICES
from marketplace_pets.services.access import BY_CHIP, access_pet, may, own_shop, seen_pet, shop_of, today, weighed_at
from marketplace_pets.services.claiming import SEND, SendClaim, invite, invite_again, known_to, send_claim, write_down
from marketplace_pets.services.codes import (
    add_code,
    behaviour_kinds,
    code_list,
    end_code,
    said_codes,
    skills_for,
    worded_flags,
)
from marketplace_pets.services.coming import advise, ask_to_come, end_follow_up, expect, expect_no_more
from marketplace_pets.services.digesting import send_digests
from marketplace_pets.services.doses import record_dose, verify_dose
from marketplace_pets.services.emergencies import break_glass, may_open, open_in_emergency
from marketplace_pets.services.ending import tell_ending
from marketplace_pets.services.health import (
    add_allergy,
    add_condition,
    end_allergy,
    end_condition,
    flag_behaviour,
    unflag_behaviour,
)
from marketplace_pets.services.joining import join, may_be_joined, other_pet, separate
from marketplace_pets.services.keepers import accept, hand_over, let_go, offer, take_up, withdraw
from marketplace_pets.services.looking import (
    behaviour_codes,
    behaviours,
    card,
    cards,
    gate,
    latest_weight,
    latest_weights,
    may_book,
    may_read,
    my_pets,
)
from marketplace_pets.services.picturing import DOSE_PHOTOS, PET_PHOTOS
from marketplace_pets.services.privacy import erase
from marketplace_pets.services.profiles import (
    add_mark,
    died,
    edit,
    find_by_chip,
    look_up_chip,
    register,
    remove_mark,
    set_active,
)
from marketplace_pets.services.reminding import mute, remind, unmute
from marketplace_pets.services.sharing import NO_SUCH_SHOP, end_booking_grant, grant_for_booking, read, revoke, share
from marketplace_pets.services.telling import tell_change, tell_checked, tell_moved, tell_opened
from marketplace_pets.services.timeline import note
from marketplace_pets.services.timetables import revise_protocol
from marketplace_pets.services.weights import mark_mistake, record_weight

__all__ = [
    "BY_CHIP",
    "DOSE_PHOTOS",
    "NO_SUCH_SHOP",
    "PET_PHOTOS",
    "PROTOCOL_CHOICES",
    "SEND",
    "SendClaim",
    "accept",
    "access_pet",
    "add_allergy",
    "add_code",
    "add_condition",
    "add_mark",
    "advise",
    "ask_to_come",
    "behaviour_codes",
    "behaviour_kinds",
    "behaviours",
    "break_glass",
    "card",
    "cards",
    "code_list",
    "died",
    "edit",
    "end_allergy",
    "end_booking_grant",
    "end_code",
    "end_condition",
    "end_follow_up",
    "erase",
    "expect",
    "expect_no_more",
    "find_by_chip",
    "flag_behaviour",
    "gate",
    "grant_for_booking",
    "hand_over",
    "invite",
    "invite_again",
    "join",
    "known_to",
    "latest_weight",
    "latest_weights",
    "let_go",
    "look_up_chip",
    "mark_mistake",
    "may",
    "may_be_joined",
    "may_book",
    "may_open",
    "may_read",
    "mute",
    "my_pets",
    "note",
    "offer",
    "open_in_emergency",
    "other_pet",
    "own_shop",
    "read",
    "record_dose",
    "record_weight",
    "register",
    "remind",
    "remove_mark",
    "revise_protocol",
    "revoke",
    "said_codes",
    "seen_pet",
    "send_claim",
    "send_digests",
    "separate",
    "set_active",
    "share",
    "shop_of",
    "skills_for",
    "take_up",
    "tell_change",
    "tell_checked",
    "tell_ending",
    "tell_moved",
    "tell_opened",
    "today",
    "unflag_behaviour",
    "unmute",
    "verify_dose",
    "weighed_at",
    "withdraw",
    "worded_flags",
    "write_down",
]
