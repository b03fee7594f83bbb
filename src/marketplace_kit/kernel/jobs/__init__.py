"""Background work: rows with leases, done by a runner inside the web process or by Celery workers - the same jobs
either way.
"""

from marketplace_kit.kernel.jobs.claims import Claimed
from marketplace_kit.kernel.jobs.embedded import EmbeddedRunner, LocalBell, run_until_idle, worker_name
from marketplace_kit.kernel.jobs.heartbeats import newest_heartbeat
from marketplace_kit.kernel.jobs.running import LeaseLost, Work, finish_together, run_bundle, run_claimed

__all__ = [
    "Claimed",
    "EmbeddedRunner",
    "LeaseLost",
    "LocalBell",
    "Work",
    "finish_together",
    "newest_heartbeat",
    "run_bundle",
    "run_claimed",
    "run_until_idle",
    "worker_name",
]
