"""What a process counts about itself, for a monitoring program: requests, jobs, notices, hooks that broke.

Counters belong to one process; each process is asked for its own. What all processes share (the outbox, heartbeats, the
age of the last backup) is read from the database when somebody asks. Labels are names that the program itself knows -
of routes, jobs, channels, plugins - and never ids, addresses or anything that a visitor can choose.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from marketplace_kit.kernel.site import Site

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
UNKNOWN = "(none)"
"""The route of a request that met none: what strangers try must not become labels."""
_FAST = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_SLOW = (0.01, 0.05, 0.25, 1, 5, 15, 60, 300)
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class Meters:
    """The counters of one site in one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Histogram(
            "marketplace_request_seconds",
            "How long answers took, by route.",
            ("route", "method", "status"),
            registry=self.registry,
            buckets=_FAST,
        )
        self._jobs = Histogram(
            "marketplace_job_seconds",
            "How long background work took, by name and result (done, failed, lost).",
            ("name", "result"),
            registry=self.registry,
            buckets=_SLOW,
        )
        self._notices = Counter(
            "marketplace_notices", "Deliveries by channel and result.", ("channel", "result"), registry=self.registry
        )
        self._hooks = Counter(
            "marketplace_hook_errors", "Hooks that raised, by plugin.", ("plugin", "hook"), registry=self.registry
        )
        self._gauges: dict[str, Gauge] = {}

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """A request was answered. ``route`` is the path as declared (``/shops/{slug}``)."""
        known = method if method in _METHODS else UNKNOWN
        self._requests.labels(route or UNKNOWN, known, str(status)).observe(seconds)

    def worked(self, name: str, result: str, seconds: float, count: int = 1) -> None:
        """Background work ended; of a bundle, each piece took its share."""
        for _ in range(count):
            self._jobs.labels(name, result).observe(seconds / count)

    def noticed(self, channel: str, result: str, count: int = 1) -> None:
        self._notices.labels(channel, result).inc(count)

    def hook_failed(self, plugin: str, hook: str) -> None:
        self._hooks.labels(plugin, hook).inc()

    def set(self, name: str, said: str, value: float) -> None:
        """A number as it is at this moment."""
        if name not in self._gauges:
            self._gauges[name] = Gauge(f"marketplace_{name}", said, registry=self.registry)
        self._gauges[name].set(value)

    def text(self) -> bytes:
        """Everything, as Prometheus reads it."""
        return generate_latest(self.registry)


def meters_of(site: Site) -> Meters:
    """The meters of a site; they begin with the first who asks."""
    found = site.facilities.get(Meters)
    if found is None:
        found = site.facilities[Meters] = Meters()
        site.hooks.on_failure = found.hook_failed
    return found


class Stopwatch:
    """Seconds since it was made; ``result`` is what the clocked work comes to."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self.result = "failed"

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self._began


@contextmanager
def clocked(site: Site, job: str) -> Iterator[Stopwatch]:
    """Meter one run of a job; it failed unless the block says otherwise."""
    watch = Stopwatch()
    try:
        yield watch
    finally:
        meters_of(site).worked(job, watch.result, watch.seconds)
