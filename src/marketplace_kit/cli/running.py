"""``demo``, ``init``, ``run``, ``worker`` and ``beat``: starting things."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from typing import Any

import rich_click as click
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from marketplace_kit.cli.deployment import Deployment, pass_deployment
from marketplace_kit.cli.logs import configure
from marketplace_kit.cli.output import Failed, as_json, as_table, console, json_option
from marketplace_kit.cli.samples import load_samples
from marketplace_kit.kernel.garbage import none_expected
from marketplace_kit.kernel.settings import KERNEL_SECTIONS, DatabaseSettings, JobSettings, SiteSettings
from marketplace_kit.kernel.settings import load as load_settings

LARGEST_FRAME = 4096  # of a web socket, in: pages name their topics, and say nothing else

DEMO_PASSWORD = "demo-pass-2026"  # noqa: S105 - printed for everybody to use
DEMO_DATABASE = "marketplace.db"
DEMO_LOGINS = (
    ("customer", "customer@demo.kz", "browses, keeps favourites, gets notices"),
    ("vendor", "vendor@demo.kz", "has shops and publishes listings"),
    ("operator", "operator@demo.kz", "works for a shop"),
    ("admin", "admin@demo.kz", "runs the site"),
)


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="0 takes any free one.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".marketplace-demo"),
    show_default=True,
    help="Where the demo keeps its data.",
)
@click.pass_obj
def demo(deployment: Deployment, port: int, host: str, data: Path) -> None:
    """Run a seeded marketplace on this machine: SQLite, background work in the web process, lifelike data."""
    data.mkdir(parents=True, exist_ok=True)
    listening = _listen(host, port)
    address = f"http://{host}:{listening.getsockname()[1]}"
    demo_deployment = Deployment(deployment.config, _demo_settings(data.absolute(), address))
    _prepare(demo_deployment, data)
    console.print(
        f"\n[bold]{demo_deployment.settings.of(SiteSettings).name}[/bold] is open at [bold link]{address}[/]\n"
    )
    as_table(
        ("role", "sign in with", "password", "who"),
        [(role, mail, DEMO_PASSWORD, what) for role, mail, what in DEMO_LOGINS],
    )
    console.print(
        f"\nMails are written to {data / 'mails'}. The API is described at {address}/-/api-docs. Stop with Ctrl+C.\n"
    )
    _serve(demo_deployment, listening)


def _demo_settings(data: Path, address: str) -> dict[str, Any]:
    """A demo never touches another deployment's data, whatever its settings say."""
    return {
        "site.mode": "demo",
        "site.public_url": address,
        "site.secret": _kept_secret(data / "secret"),
        "database.url": f"sqlite:///{data / DEMO_DATABASE}",
        "files.url": str(data / "media"),
        "live.url": "memory:",
        "jobs.runner": "embedded",
        "mail.url": f"file://{data / 'mails'}",
        "notifications.sms_url": f"file://{data / 'sms'}",
        "notifications.push_url": f"file://{data / 'push'}",
        "notifications.telegram_url": f"file://{data / 'telegram'}",
    }


def _kept_secret(path: Path) -> str:
    from marketplace_kit.kernel.ids import secret_token

    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secret_token(), encoding="utf-8")
    return path.read_text(encoding="utf-8")


def _prepare(deployment: Deployment, data: Path) -> None:
    """Tables and samples; a second start finds both as it left them, and looks no further."""
    stamp, wanted = data / "prepared", prepared(deployment)
    known = stamp.read_text(encoding="utf-8") if stamp.exists() and (data / DEMO_DATABASE).exists() else ""
    if known == wanted:
        return
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console, transient=True
    ) as progress:
        task = progress.add_task("Preparing the database")
        deployment.migrations.upgrade()
        deployment.run(
            lambda site: load_samples(site, lambda name: progress.update(task, description=f"Sample data: {name}"))
        )
    stamp.write_text(wanted, encoding="utf-8")


def prepared(deployment: Deployment) -> str:
    """The revisions and samples of these plugins: while they are the same, a prepared demo is as it should be."""
    registry = deployment.registry
    revisions = sorted(path.name for s in registry.storage.values() for path in s.migrations.glob("*.py"))
    samples = [f"{name} {registry.plugins[registry.samples.owner(name)].version}" for name in registry.samples]
    return "\n".join([*revisions, *samples])


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named, because asyncio switches off Nagle's delay (40 ms an answer) only for sockets that say they are TCP.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as taken:
        raise Failed(f"{host}:{port} cannot be used ({taken.strerror}): choose another with --port") from taken
    return listening


def _serve(deployment: Deployment, listening: socket.socket, *, access_log: bool = False) -> None:
    with none_expected():
        import uvicorn

        from marketplace_kit.app import NotForProduction, create_app

        try:
            app = create_app(deployment.open_site())
        except NotForProduction as unsafe:
            raise Failed(f"this must not be served to the public:\n{unsafe}") from unsafe
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            log_level="warning",
            access_log=access_log,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=10,
            ws_max_size=LARGEST_FRAME,
        )
    )
    asyncio.run(server.serve(sockets=[listening]))


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option(
    "--workers",
    default=1,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Processes; more than one needs PostgreSQL.",
)
@click.option("--trust-proxy", multiple=True, metavar="ADDRESS", help="A proxy whose forwarding headers are believed.")
@pass_deployment
def run(deployment: Deployment, host: str, port: int, workers: int, trust_proxy: tuple[str, ...]) -> None:
    """Serve the site."""
    settings = deployment.settings
    configure(json=settings.of(SiteSettings).mode == "production", level="info")
    if pending := deployment.migrations.pending():
        raise Failed(f"the database lacks {', '.join(pending)}: run “marketplace db upgrade” first")
    if workers > 1 and deployment.settings.of(DatabaseSettings).url.startswith("sqlite"):
        raise Failed("several processes on one SQLite file wait for each other: use PostgreSQL, or --workers 1")
    if workers == 1 and not trust_proxy:
        listening = _listen(host, port)
        console.print(f"Serving http://{host}:{listening.getsockname()[1]}")
        _serve(deployment, listening)
        return
    import os

    import uvicorn

    os.environ["MK_CONFIG"] = str(deployment.config)
    uvicorn.run(
        "marketplace_kit.cli.serving:app",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        log_level="warning",
        proxy_headers=bool(trust_proxy),
        forwarded_allow_ips=list(trust_proxy),
        server_header=False,
        ws_max_size=LARGEST_FRAME,
    )


@click.command()
@click.option("--concurrency", default=2, show_default=True, type=click.IntRange(1, 64), help="Jobs at once.")
@pass_deployment
def worker(deployment: Deployment, concurrency: int) -> None:
    """Do background work: the relay and a Celery worker. Needs “jobs.runner = celery” and a broker."""
    _needs_celery(deployment)
    from marketplace_kit.worker import run_worker

    run_worker(deployment.open_site, concurrency=concurrency)


@click.command()
@pass_deployment
def beat(deployment: Deployment) -> None:
    """Only announce what is due and write what is scheduled, doing none of it: for a machine without workers. Every
    worker does this too, so a site needs no beat, and may have any number.
    """
    _needs_celery(deployment)
    from marketplace_kit.worker import run_beat

    run_beat(deployment.open_site)


def _needs_celery(deployment: Deployment) -> None:
    configure(json=deployment.settings.of(SiteSettings).mode == "production", level="info")
    if deployment.settings.of(JobSettings).runner != "celery":
        raise Failed(
            "jobs.runner is embedded: the web process does the work itself. "
            "Set MK_JOBS__RUNNER=celery and MK_JOBS__BROKER_URL"
        )


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--name", default="Marketplace", show_default=True, help="What the site is called.")
@click.option("--locale", default="ru", show_default=True, type=click.Choice(["kk", "ru", "en"]), help="Its language.")
@click.option("--currency", default="KZT", show_default=True, help="ISO 4217.")
@click.option("--timezone", default="Asia/Atyrau", show_default=True, help="IANA name.")
@click.option("--dry-run", is_flag=True, help="Only show what would be written, as a difference.")
@json_option
def init(folder: Path, name: str, locale: str, currency: str, timezone: str, dry_run: bool, json_: bool) -> None:
    """Set up a site of your own in FOLDER: settings, a secret, a place for plugins, a test. Nothing is overwritten."""
    from marketplace_kit.scaffold import FolderTaken, make_site

    _check_place(name, locale, currency, timezone)
    try:
        given = {"name": name, "locale": locale, "currency": currency, "timezone": timezone}
        plan = make_site(folder, **given, dry_run=dry_run)
    except FolderTaken as taken:
        raise Failed(str(taken)) from taken
    if json_:
        as_json({"folder": str(folder), "new": plan.new, "other": plan.other, "written": not dry_run})
    elif dry_run:
        click.echo(plan.diff or "nothing would change", nl=not plan.diff)
    else:
        console.print(f"{folder} is ready; its README says how to go on")


def _check_place(name: str, locale: str, currency: str, timezone: str) -> None:
    """What the site would refuse at its first start is refused before anything is written."""
    given = {"name": name, "locale": locale, "currency": currency, "timezone": timezone}
    load_settings(KERNEL_SECTIONS, overrides={f"site.{key}": value for key, value in given.items()})


commands = (demo, init, run, worker, beat)
