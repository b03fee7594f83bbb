"""Words of a report card: closed lists, so that visits can be compared."""

from __future__ import annotations

from marketplace_kit.kernel.texts import N_

MOODS = (
    ("", N_("Not said")),
    ("calm", N_("Calm")),
    ("playful", N_("Playful")),
    ("nervous", N_("Nervous")),
    ("afraid", N_("Afraid")),
    ("angry", N_("Angry")),
)
COAT_STATES = (
    ("", N_("Not said")),
    ("good", N_("In good shape")),
    ("tangles", N_("Some tangles")),
    ("matted", N_("Matted")),
    ("shedding", N_("Sheds a lot")),
)
SKIN_STATES = (
    ("", N_("Not said")),
    ("good", N_("Healthy")),
    ("dry", N_("Dry, with dandruff")),
    ("red", N_("Red or sore")),
    ("parasites", N_("Fleas or ticks")),
    ("lump", N_("A lump or a wound")),
)
EAR_STATES = (
    ("", N_("Not said")),
    ("good", N_("Clean")),
    ("dirty", N_("Were dirty, cleaned")),
    ("red", N_("Red or smelling")),
)
NAIL_STATES = (
    ("", N_("Not said")),
    ("good", N_("Fine")),
    ("cut", N_("Cut")),
    ("long", N_("Too long")),
    ("broken", N_("One is broken")),
)
