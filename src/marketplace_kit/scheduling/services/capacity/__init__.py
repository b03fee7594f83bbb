"""Time as the capacity of a line kind: appointments, and whatever a plugin builds on them.

A line kind with a process of its own gives it here with what each state does to the time, and with how one wish is
measured; holding, booking, moving and letting go are the same for all.
"""

from __future__ import annotations

from marketplace_kit.scheduling.services.capacity.moving import Moves
from marketplace_kit.scheduling.services.capacity.reserving import Reserving


class TimeCapacity(Reserving, Moves):
    """How lines that take time keep their promises (:class:`marketplace_kit.kernel.hooks.lines.Capacity`).

    ``effects`` says for every state of ``process`` whether it keeps the claims, shortens them or lets them go; one that
    leaves a state open is refused here, at boot. ``measure(site, wish)`` answers :class:`Measured`; without it a wish
    takes the listing's minutes and price and those of its options. The kind's ``choice`` has the fields ``starts_at``
    and, if it likes, ``staff``, ``staff_matters``, ``together`` and ``note`` of :class:`AppointmentChoice`.

    Verbs by name do what they do for the core's appointment: ``reschedule`` (asks ``NewTime``), ``propose``,
    ``accept``, ``start``, ``finish``, ``delay`` (asks ``NewEnd``), ``miss``, ``undo_miss``, ``check_in``,
    ``cancel``, ``expire``. Any other verb changes the state alone, and the time as the state says.
    """
