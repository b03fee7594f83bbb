"""What every channel promises, as a suite that its author runs on a simulator and on the real thing alike::

class TestPigeons(ChannelContract):
    @pytest.fixture
    async def tried(self, site: Site) -> Tried:
        return Tried(site=site, sender=Pigeons(), to="loft 7", arrived=lambda: loft.letters, faults=loft)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import attrs
import pytest

from marketplace_kit.kernel.hooks import Message, Sender, Undeliverable
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import Site

SUBJECT, BODY = "Ақша келді", "Тапсырысыңыз №7 дайын: алып кетіңіз. Ғ ә қ ң ө ұ ү һ і"


class Faults(Protocol):
    """What a simulator can be told to do with the next messages."""

    def defer(self, times: int) -> None: ...

    def reject(self, times: int) -> None: ...

    def drop(self, times: int) -> None: ...


@attrs.frozen(kw_only=True)
class Tried:
    """A channel to try: ``arrived`` answers the texts that came through. Without ``faults`` nothing can go wrong.

    ``shows`` is what of a message must be in each text. ``may_double``: its protocol takes no key of ours, so that an
    answer that was lost may mean a second copy.
    """

    site: Site
    sender: Sender
    to: str
    arrived: Callable[[], Sequence[str]]
    faults: Faults | None = None
    shows: str = BODY
    may_double: bool = False

    def message(self) -> Message:
        key = str(new_id())
        link = "https://site.example/o/7"
        return Message(key=key, to=self.to, name="Айгерім", subject=SUBJECT, body=BODY, link=link, locale="kk")

    async def deliver(self, message: Message) -> None:
        await self.sender.deliver(self.site, message)


class ChannelContract:
    """The suite. A subclass gives the fixture ``tried``."""

    async def test_a_message_arrives_whole_in_every_alphabet(self, tried: Tried) -> None:
        await tried.deliver(tried.message())
        (text,) = tried.arrived()
        assert tried.shows in text

    async def test_each_message_arrives_once(self, tried: Tried) -> None:
        for _ in range(3):
            message = attrs.evolve(tried.message(), body=f"{BODY} {new_id()}")
            await tried.deliver(message)
        assert len(tried.arrived()) == 3

    async def test_what_is_deferred_raises_and_arrives_at_the_next_try(self, tried: Tried) -> None:
        faults, message = _faults(tried), tried.message()
        faults.defer(1)
        raised = await _raised(tried, message)
        assert raised is not None
        assert not isinstance(raised, Undeliverable), "trying again must be possible"
        await tried.deliver(message)
        assert len(tried.arrived()) == 1

    async def test_what_is_refused_for_ever_is_undeliverable(self, tried: Tried) -> None:
        _faults(tried).reject(1)
        raised = await _raised(tried, tried.message())
        assert isinstance(raised, Undeliverable)
        assert tried.arrived() == []
        assert tried.to not in str(raised), "what is stored and logged does not name the receiver"

    async def test_a_line_that_breaks_after_it_was_taken_makes_no_second(self, tried: Tried) -> None:
        faults, message = _faults(tried), tried.message()
        faults.drop(1)
        if await _raised(tried, message) is not None:
            await tried.deliver(message)
        assert len(set(tried.arrived())) == 1
        assert len(tried.arrived()) == 1 or tried.may_double


def _faults(tried: Tried) -> Any:
    if tried.faults is None:
        pytest.skip("nothing can go wrong with this one")
    return tried.faults


async def _raised(tried: Tried, message: Message) -> Exception | None:
    try:
        await tried.deliver(message)
    except Exception as raised:
        return raised
    return None
