"""Loading lifelike data, each sample after those that it builds on."""

from __future__ import annotations

from collections.abc import Callable

from marketplace_kit.kernel.activation import Activation
from marketplace_kit.kernel.hooks import Sample
from marketplace_kit.kernel.jobs import run_until_idle
from marketplace_kit.kernel.site import Site


async def load_samples(site: Site, on_each: Callable[[str], None]) -> int:
    """Load every active plugin's samples, then let the work they caused run; how many samples there were."""
    await site.facility(Activation).refresh(site)
    samples = site.registry.samples
    wanted = ordered([s for name, s in samples.items() if site.hooks.is_active(samples.owner(name))])
    for sample in wanted:
        on_each(sample.name)
        await sample.load(site)
    on_each("notices")
    await run_until_idle(site)
    return len(wanted)


def ordered(samples: list[Sample]) -> list[Sample]:
    """By their ``after``; a sample whose forerunner is not installed is left out."""
    placed: dict[str, Sample] = {}
    waiting = list(samples)
    while ready := [s for s in waiting if all(name in placed for name in s.after)]:
        placed |= {s.name: s for s in ready}
        waiting = [s for s in waiting if s.name not in placed]
    return list(placed.values())
