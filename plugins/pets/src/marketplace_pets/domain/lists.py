"""The closed lists of the trade: what a pet may be, and the words that people read for it."""

from __future__ import annotations

from marketplace_kit.kernel.process import Tone
from marketplace_kit.kernel.texts import N_

SPECIES = (
    ("dog", N_("Dog")),
    ("cat", N_("Cat")),
    ("rabbit", N_("Rabbit")),
    ("ferret", N_("Ferret")),
    ("rodent", N_("Rodent")),
    ("bird", N_("Bird")),
    ("reptile", N_("Reptile")),
    ("horse", N_("Horse")),
    ("other", N_("Another animal")),
)
SEXES = (
    ("", N_("Not said")),
    ("male", N_("Male")),
    ("female", N_("Female")),
    ("male_neutered", N_("Male, neutered")),
    ("female_spayed", N_("Female, spayed")),
)
PRECISIONS = (
    ("exact", N_("The day is known")),
    ("month", N_("The month is about right")),
    ("year", N_("The year is about right")),
)
SIZES = (
    ("", N_("Not said")),
    ("toy", N_("Toy, up to 5 kg")),
    ("small", N_("Small breed, 5 to 10 kg")),
    ("medium", N_("Medium breed, 10 to 25 kg")),
    ("large", N_("Large breed, 25 to 45 kg")),
    ("giant", N_("Giant breed, over 45 kg")),
)
COATS = (
    ("", N_("Not said")),
    ("smooth", N_("Smooth")),
    ("double", N_("Double, with undercoat")),
    ("curly", N_("Curly")),
    ("wire", N_("Wire, for stripping")),
    ("long", N_("Long and silky")),
    ("hairless", N_("Hairless")),
)
ACTIVE, INACTIVE, DECEASED = "active", "inactive", "deceased"
STATES = (ACTIVE, INACTIVE, DECEASED)
MARKS = (
    ("chip", N_("Microchip")),
    ("old_chip", N_("Former microchip")),
    ("tattoo", N_("Tattoo")),
    ("registration", N_("Registration number")),
    ("passport", N_("Passport number")),
)
CHIP = "chip"
SEVERITIES = (("mild", N_("Mild")), ("moderate", N_("Moderate")), ("severe", N_("Severe")))
CONDITIONS = (("problem", N_("Chronic problem")), ("medication", N_("Medicine taken now")))
WALK_IN, CLAIM = "walk_in", "claim"
HOWS = ("birth", "transfer", CLAIM, "return", WALK_IN)
"""How somebody became the keeper. ``walk_in``: a shop wrote the pet down for a family that is not here yet."""
RIGHTS = (
    ("view", N_("Look at everything")),
    ("book", N_("Look and book services")),
    ("manage", N_("Look, book and change")),
)
KEEPER = "keeper"
"""The right of the one open keepership: everything, and giving the pet away."""
SOURCES = (("owner", N_("the family")), ("breeder", N_("the breeder")), ("vet", N_("a vendor")))
SELF_DECLARED, AWAITING, VERIFIED, REFUSED = "self_declared", "awaiting_check", "verified", "refused"
CHECKS = (
    (SELF_DECLARED, N_("Stated, without proof")),
    (AWAITING, N_("Waits to be checked")),
    (VERIFIED, N_("Checked")),
    (REFUSED, N_("Not accepted")),
)
METHODS = (
    ("scales", N_("Scales")),
    ("held", N_("Held in the arms on scales")),
    ("estimate", N_("Estimated")),
)
SCOPES = (
    ("vaccinations", N_("Vaccinations")),
    ("weight", N_("Weight")),
    ("allergies", N_("Allergies")),
    ("behaviour", N_("Behaviour")),
    ("medication", N_("Medicines")),
    ("medical", N_("Medical record")),
)
SCOPE_NAMES = tuple(name for name, _ in SCOPES)
EMERGENCY = "emergency"
"""What is read in an emergency: allergies, medicines and chronic problems."""
IDENTITY = "identity"
"""What every vendor of a booking may see; not a scope that is granted."""
BOOKING_SCOPES = ("vaccinations", "behaviour", "allergies")
"""What a booking proposes to share unless its service says otherwise."""
GRANT_DAYS_AFTER = 30
"""A grant that came with a booking ends so many days after the service."""
ORIGINS = ("booking", "owner")
DIGEST_DAYS = (
    ("", N_("Never")),
    ("mon", N_("Monday")),
    ("tue", N_("Tuesday")),
    ("wed", N_("Wednesday")),
    ("thu", N_("Thursday")),
    ("fri", N_("Friday")),
    ("sat", N_("Saturday")),
    ("sun", N_("Sunday")),
)
FOLLOW_UP, GROOMING, SEE_VET = "follow_up", "grooming", "see_vet"
FOLLOW_UPS = (FOLLOW_UP, GROOMING, SEE_VET)
"""What a shop may ask a family to come for: to come back to it, the next grooming, a vet."""
BEHAVIOURS = (
    ("BITES", N_("Bites"), Tone.BAD),
    ("MUZZLE", N_("Needs a muzzle"), Tone.WARN),
    ("ANXIOUS", N_("Anxious"), Tone.WARN),
    ("ESCAPES", N_("Runs away"), Tone.WARN),
    ("NO_DOGS", N_("Not with other dogs"), Tone.WARN),
    ("NO_DRYER", N_("Fears the dryer"), Tone.INFO),
)
SKILLED = {"BITES": "bites"}
"""Codes that only staff with a skill take on."""
CODE_TONES = (("bad", N_("Red: be careful")), ("warn", N_("Yellow: take note")), ("info", N_("Blue: good to know")))
BEHAVIOUR_CHOICES = tuple((code, label) for code, label, _ in BEHAVIOURS)
