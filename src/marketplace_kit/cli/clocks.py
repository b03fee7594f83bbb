"""``zones``: what the clocks show by law, and the times that follow from it."""

from __future__ import annotations

import rich_click as click

from marketplace_kit.cli.deployment import Deployment, pass_deployment
from marketplace_kit.cli.output import Failed, as_json, as_table, console, json_option


@click.command()
@click.option("--check", is_flag=True, help="Only compare; ends with 1 where the law of a zone was changed.")
@click.option("--all", "everything", is_flag=True, help="Look at each coming appointment, whatever was changed.")
@json_option
@pass_deployment
def zones(deployment: Deployment, check: bool, everything: bool, json_: bool) -> None:
    """Work out coming times anew where the law of a clock was changed. Say it after tzdata was upgraded and before the
    site is started: appointments keep the time on the wall, and what overlaps since is on its owner's list.
    """
    from marketplace_kit.scheduling.services.clocks import check_clocks, compare_clocks

    report = deployment.run(compare_clocks if check else lambda site: check_clocks(site, everything=everything))
    changed = [one.zone for one in report.zones if one.changed]
    if json_:
        as_json(report)
    else:
        rows = [(one.zone, f"{one.offset / 60:+g} h", _said(one.changed, one.noted)) for one in report.zones]
        as_table(("zone", "today", f"by tzdata {report.tzdata}"), rows)
        if not check:
            console.print(f"{report.appointments} appointments worked out anew, {report.collisions} claims overlap")
    if check and changed:
        raise Failed(f"changed by law: {', '.join(changed)}; work times out anew with: marketplace zones")


def _said(changed: bool, noted: bool) -> str:
    return "changed" if changed else "as noted" if noted else "new"


commands = (zones,)
