"""Facts and work on their way into the outbox, before they are rows."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from marketplace_kit.kernel import outbox
from marketplace_kit.kernel.events import Event
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.prepared import New
from marketplace_kit.kernel.registry import Registry


class Outgoing:
    """What one change says and asks for. Stored with the change or not at all."""

    def __init__(self, registry: Registry, at: datetime) -> None:
        self._registry, self._at = registry, at
        self.events: list[tuple[UUID, Event]] = []
        self.jobs: list[outbox.JobRow] = []

    def record(self, *events: Event) -> None:
        """Note facts that the change makes true, each once however often it is noted."""
        for event in events:
            if not event.name:
                raise TypeError(f"{type(event).__name__} has no name to be stored by")
            if not self.tells(event):
                self.events.append((new_id(), event))

    def tells(self, event: Event) -> bool:
        return any(event == known for _, known in self.events)

    def enqueue(self, job: str, payload: msgspec.Struct, *, key: str = "", run_at: datetime | None = None) -> None:
        """Ask for background work, once per ``key`` for all time (a fresh key when empty).

        A name that nobody declared, or another job's payload, is a programming error and raises at once.
        """
        expected = self._registry.jobs[job].payload
        if not isinstance(payload, expected) or len(key) > outbox.LONGEST_KEY:
            raise TypeError(
                f"job {job} takes a {expected.__name__} and a key of at most {outbox.LONGEST_KEY} characters"
            )
        row = outbox.JobRow(
            name=job, payload=msgspec.to_builtins(payload), key=key or str(new_id()), run_at=run_at or self._at
        )
        self.jobs.append(row)

    def news(self) -> tuple[New, New]:
        """The rows: of the facts, and of the work, that of their listeners among it."""
        return outbox.news(self._at, self.events, [*self.jobs, *self._listening()])

    def leaves_work(self) -> bool:
        """Whether somebody has to be woken for it."""
        return bool(self.jobs) or any(self._registry.listeners_of(type(event)) for _, event in self.events)

    def _listening(self) -> list[outbox.JobRow]:
        found = []
        for event_id, event in self.events:
            payload = None
            for listener in self._registry.listeners_of(type(event)):
                payload = msgspec.to_builtins(event) if payload is None else payload
                key = f"{listener.name}:{event_id}"
                found.append(outbox.JobRow(name=listener.name, payload=payload, key=key, run_at=self._at))
        return found
