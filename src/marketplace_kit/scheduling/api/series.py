"""REST: appointments that repeat, and what is changed of them: one, or it and all that follow."""

from __future__ import annotations

from uuid import UUID

from litestar import delete, get, post
from litestar.params import FromPath

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.scheduling.services.repeating import RepeatForm, SeriesView, end_series, repeat, series_of
from marketplace_kit.scheduling.services.series import (
    CancelSeries,
    MoveSeries,
    SeriesChange,
    cancel_series,
    move_series,
)
from marketplace_kit.web.context import Given
from marketplace_kit.web.routing import SIGNED_IN, route

ONE = "/api/appointments/{appointment_id:uuid}"


@post(f"{ONE}/repeat", **route(SIGNED_IN, body=RepeatForm, summary="Repeat an appointment by a rule"), status_code=201)
async def repeat_appointment(
    site: Given[Site], actor: Given[Actor], appointment_id: FromPath[UUID], form: Given[RepeatForm]
) -> SeriesView:
    return await site.do(repeat, appointment_id, form, by=actor)


@get("/api/appointments/series", **route(SIGNED_IN, summary="My repeated appointments"))
async def my_series(site: Given[Site], actor: Given[Actor]) -> list[SeriesView]:
    if actor.person_id is None:
        raise Missing
    return await site.ask(series_of, actor.person_id)


@delete("/api/appointments/series/{series_id:uuid}", **route(SIGNED_IN, summary="End a series; what is booked stays"))
async def stop_series(site: Given[Site], actor: Given[Actor], series_id: FromPath[UUID]) -> None:
    await site.do(end_series, series_id, by=actor)


@post(
    f"{ONE}/series/cancel",
    **route(SIGNED_IN, body=CancelSeries, summary="Cancel one of a series, or it and all that follow"),
    status_code=200,
)
async def cancel_repeated(
    site: Given[Site], actor: Given[Actor], appointment_id: FromPath[UUID], form: Given[CancelSeries]
) -> SeriesChange:
    """`conflicts` are those that could not be cancelled, each with its `reason`; with the `mode` `all_or_nothing`
    nothing is changed then.
    """
    return await site.do(cancel_series, appointment_id, form, by=actor)


@post(
    f"{ONE}/series/move",
    **route(SIGNED_IN, body=MoveSeries, summary="Move one of a series, or it and all that follow"),
    status_code=200,
)
async def move_repeated(
    site: Given[Site], actor: Given[Actor], appointment_id: FromPath[UUID], form: Given[MoveSeries]
) -> SeriesChange:
    """All that follow go by as many days and to the same time on the wall. `conflicts` keep their time; each has a
    `reason` and up to three `alternatives`.
    """
    return await site.do(move_series, appointment_id, form, by=actor)


handlers = (repeat_appointment, my_series, stop_series, cancel_repeated, move_repeated)
