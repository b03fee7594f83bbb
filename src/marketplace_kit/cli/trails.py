"""``audit``: whether the trail of privileged acts is whole."""

from __future__ import annotations

import rich_click as click

from marketplace_kit.cli.deployment import Deployment, pass_deployment
from marketplace_kit.cli.output import Failed, as_json, console, json_option
from marketplace_kit.kernel.audit import verify


@click.group("audit")
def audit_group() -> None:
    """The trail of privileged acts."""


@audit_group.command("verify")
@click.option("--expect", default="", metavar="HASH", help="An entry with this hash, noted earlier, must be there.")
@json_option
@pass_deployment
def verify_(deployment: Deployment, expect: str, json_: bool) -> None:
    """Walk the whole trail; names the first entry that was altered, removed or put in between. Exit code 1 then."""
    verdict = deployment.run(lambda site: site.ask(verify, expect=expect))
    if json_:
        as_json(verdict)
    if verdict.broken:
        if json_:
            raise SystemExit(1)
        raise Failed(f"broken at entry {verdict.broken.position}: {verdict.broken.why}")
    if not json_:
        console.print(f"{verdict.entries} entries, whole; head {verdict.head}")


commands = (audit_group,)
