"""“Interested”: a family tells a kennel, and the kennel hears of it once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from marketplace_breeder import queries, services
from marketplace_breeder.domain import OwnAnimal
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.jobs.schedules import Schedule
from marketplace_kit.listings.services import unpublish
from plugins.breeder.tests.kennels import Kennels

pytestmark = pytest.mark.anyio

NEW = "breeder.new_interest"


async def told(scene: Kennels, name: str = "Dana") -> list[str]:
    await scene.town.work()
    return [subject for kind, subject in await scene.town.notices(name) if kind == NEW]


async def test_the_kennel_hears_of_an_interest_by_name_and_animal(scene: Kennels) -> None:
    await services.show_interest(scene.site, scene.puppy, by=scene.asking, message="We live by the river.")
    assert await told(scene) == ["Aigerim is interested in “Red collar”"]
    assert await told(scene, "Timur") == []


async def test_pressing_it_again_tells_nobody_again(scene: Kennels) -> None:
    first = await services.show_interest(scene.site, scene.puppy, by=scene.asking)
    again = await services.show_interest(scene.site, scene.puppy, by=scene.asking)
    assert (first.new, again.new) == (True, False)
    assert len(await told(scene)) == 1


async def test_two_presses_at_once_are_one_interest(scene: Kennels) -> None:
    press = services.show_interest
    both = await asyncio.gather(*(press(scene.site, scene.puppy, by=scene.asking) for _ in range(2)))
    assert sorted(shown.new for shown in both) == [False, True]
    assert len(await told(scene)) == 1


async def test_words_said_later_replace_the_first_ones(scene: Kennels) -> None:
    await services.show_interest(scene.site, scene.puppy, by=scene.asking, message="First words")
    await services.show_interest(scene.site, scene.puppy, by=scene.asking, message="Better words")
    await services.show_interest(scene.site, scene.puppy, by=scene.asking)
    known = await scene.site.ask(queries.interest_of, scene.puppy, scene.aigerim)
    assert known is not None
    assert known.message == "Better words"


async def test_an_interest_can_be_taken_back_and_the_kennel_is_not_told_twice(scene: Kennels) -> None:
    await services.show_interest(scene.site, scene.puppy, by=scene.asking)
    await scene.site.do(services.take_back, scene.puppy, by=scene.asking)
    assert await scene.site.ask(queries.interest_of, scene.puppy, scene.aigerim) is None
    await services.show_interest(scene.site, scene.puppy, by=scene.asking)
    assert len(await told(scene)) == 1


async def test_nobody_wants_an_animal_of_their_own_kennel(scene: Kennels) -> None:
    dana = Actor(person_id=scene.dana, shops=frozenset({scene.kennel}))
    with pytest.raises(OwnAnimal):
        await services.show_interest(scene.site, scene.puppy, by=dana)


async def test_an_animal_that_is_not_shown_is_missing(scene: Kennels) -> None:
    await scene.site.do(unpublish, scene.puppy, by=Actor(person_id=scene.dana))
    for listing_id in (scene.puppy, uuid4()):
        with pytest.raises(Missing):
            await services.show_interest(scene.site, listing_id, by=scene.asking)


async def test_interests_are_forgotten_after_the_days_of_the_settings(clock: SetClock, scene: Kennels) -> None:
    await services.show_interest(scene.site, scene.puppy, by=scene.asking)
    clock.advance(timedelta(days=364))
    await Schedule().write_due(scene.site)
    await scene.town.work()
    assert await scene.site.ask(queries.interest_of, scene.puppy, scene.aigerim) is not None
    clock.advance(timedelta(days=2))
    await Schedule().write_due(scene.site)
    await scene.town.work()
    assert await scene.site.ask(queries.interest_of, scene.puppy, scene.aigerim) is None
