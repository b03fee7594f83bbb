"""``backup`` and ``restore``: the database, the files and the secrets, in one archive that can be trusted."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import rich_click as click
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from marketplace_kit import __version__
from marketplace_kit.cli import archives, dumps
from marketplace_kit.cli.archives import Damaged, Manifest
from marketplace_kit.cli.deployment import Deployment, pass_deployment
from marketplace_kit.cli.output import Failed, as_json, console, json_option
from marketplace_kit.kernel import dialects
from marketplace_kit.kernel.audit import Fact, audit, verify
from marketplace_kit.kernel.clock import SystemClock
from marketplace_kit.kernel.fields import fields_of
from marketplace_kit.kernel.settings import DatabaseSettings
from marketplace_kit.kernel.site import Site, UnitOfWork

DATABASE, SECRETS, MEDIA = "database", "secrets.json", "media/"
ACT = "operations.backup"


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--without-files", is_flag=True, help="Leave the uploaded files out: they are saved in another way.")
@click.option("--without-secrets", is_flag=True, help="Leave the secrets out: they are kept elsewhere.")
@click.option("--force", is_flag=True, help="Replace FILE if it is there.")
@json_option
@pass_deployment
def backup(
    deployment: Deployment, file: Path, without_files: bool, without_secrets: bool, force: bool, json_: bool
) -> None:
    """Save the database, the uploaded files, the secrets and the versions into FILE, which only its owner can read.

    The site may run meanwhile. FILE holds everything about everybody: keep it as you keep the site's own disk.
    """
    if file.exists() and not force:
        raise Failed(f"{file} is there already: choose another name, or --force")
    if pending := deployment.migrations.pending():
        raise Failed(f"the database lacks {', '.join(pending)}: run “marketplace db upgrade” first")
    manifest = deployment.run(lambda site: _described(site, deployment))
    with _progress() as progress, archives.writing(file, manifest) as writer:
        _save_database(deployment, writer, progress)
        if not without_secrets:
            writer.add(SECRETS, msgspec.json.encode(_secrets(deployment)))
        if not without_files:
            deployment.run(lambda site: _save_files(site, writer, progress))
    deployment.run(lambda site: site.do(_note, manifest))
    _say(file, manifest, json_)


async def _described(site: Site, deployment: Deployment) -> Manifest:
    verdict = await site.ask(verify)
    if verdict.broken:
        raise Failed(f"the audit trail is broken at entry {verdict.broken.position}: {verdict.broken.why}")
    return Manifest(
        made_at=SystemClock().now(),
        engine=site.database.dialect,
        kit=__version__,
        plugins={name: info.version for name, info in site.registry.plugins.items() if not info.core},
        heads=sorted(deployment.migrations.current()),
        audit_head=verdict.head,
        audit_entries=verdict.entries,
    )


def _url(deployment: Deployment) -> Any:
    return dialects.normal_url(deployment.settings.of(DatabaseSettings).url)


def _save_database(deployment: Deployment, writer: archives.Writer, progress: Progress) -> None:
    with tempfile.TemporaryDirectory(prefix="marketplace-backup-") as folder:
        copy, task = Path(folder) / DATABASE, progress.add_task("database", total=None)
        dumps.dump(_url(deployment), copy)
        progress.update(task, total=copy.stat().st_size)
        writer.add_file(DATABASE, copy, lambda count: progress.advance(task, count))


async def _save_files(site: Site, writer: archives.Writer, progress: Progress) -> None:
    task = progress.add_task("files", total=None)
    async for key in site.files.older_than("", SystemClock().now() + timedelta(days=1)):
        content = await site.files.get(key)
        writer.add(f"{MEDIA}{key}", content)
        progress.advance(task, len(content))


def _secrets(deployment: Deployment) -> dict[str, str]:
    """Every secret setting that somebody gave: people forget this one."""
    settings = deployment.settings
    return {
        f"{name}.{field.name}": str(getattr(settings.of(form), field.name))
        for form, name in settings.names.items()
        for field in fields_of(form)
        if field.private and f"{name}.{field.name}" in settings.origins
    }


async def _note(uow: UnitOfWork, manifest: Manifest) -> None:
    """The trail remembers its own head: whoever cuts off its end must reach the backups too."""
    facts: dict[str, Fact] = {"files": len(manifest.files), "audit_head": manifest.audit_head}
    await audit(uow, by=None, act=ACT, on="site:backup", facts=facts)


def _say(file: Path, manifest: Manifest, json_: bool) -> None:
    size = file.stat().st_size
    if json_:
        as_json(msgspec.to_builtins(manifest) | {"file": str(file), "size": size})
        return
    count = sum(name.startswith(MEDIA) for name in manifest.files)
    console.print(f"{file}: {size:,} bytes, {count} files, audit trail of {manifest.audit_entries} entries")
    console.print(f"audit head {manifest.audit_head} (note it elsewhere)")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--dry-run", is_flag=True, help="Only check the archive and whether it fits here.")
@click.option(
    "--secrets-to", type=click.Path(path_type=Path, dir_okay=False), help="Write the saved secrets into this file."
)
@json_option
@pass_deployment
def restore(deployment: Deployment, file: Path, dry_run: bool, secrets_to: Path | None, json_: bool) -> None:
    """Put a backup into this deployment, whose database and file storage must be empty.

    Refuses a damaged archive, other versions of the kit or of plugins, and another kind of database. Ends with a check
    of the tables and of the audit trail.
    """
    try:
        manifest = archives.read_manifest(file)
    except Damaged as damaged:
        raise Failed(f"{file}: {damaged}") from damaged
    if unfit := [*_misfits(deployment, manifest), *deployment.run(_occupied)]:
        raise Failed("\n".join(unfit))
    if dry_run:
        console.print(f"{file} is whole and fits: {len(manifest.files)} files, made {manifest.made_at:%Y-%m-%d %H:%M}")
        return
    _load_database(deployment, file)
    deployment.run(lambda site: _load_rest(site, file, secrets_to))
    deployment.run(lambda site: _compare(site, deployment, manifest))
    if json_:
        as_json(manifest)
        return
    console.print(f"restored from {file}, made {manifest.made_at:%Y-%m-%d %H:%M}; tables and audit trail are whole")


def _misfits(deployment: Deployment, manifest: Manifest) -> Iterator[str]:
    """Why this archive does not belong here: one line each, with the cure."""
    engine = _url(deployment).get_backend_name()
    if manifest.engine != engine:
        yield f"it holds a {manifest.engine} database, this deployment has {engine}: change database.url"
    if manifest.kit != __version__:
        yield f"it was made by kit {manifest.kit}, this is {__version__}: install marketplace-kit=={manifest.kit}"
    here = {name: info.version for name, info in deployment.registry.plugins.items() if not info.core}
    for name, version in manifest.plugins.items():
        if here.get(name) != version:
            yield f"it needs plugin {name} {version}, here is {here.get(name, 'none')}: install that version"
    known = {revision.revision for revision in deployment.migrations.scripts().walk_revisions()}
    if unknown := sorted(set(manifest.heads) - known):
        yield f"its tables are at {', '.join(unknown)}, which nothing installed here knows"


async def _occupied(site: Site) -> list[str]:
    """What is in the way: a restore never overwrites."""
    found = []
    if not dumps.is_empty(site.database.url):
        found.append("the database is not empty: name another one in database.url")
    async for key in site.files.older_than("", SystemClock().now() + timedelta(days=1)):
        found.append(f"the file storage is not empty ({key}): name another one in files.url")
        break
    return found


def _load_database(deployment: Deployment, file: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="marketplace-restore-") as folder:
        for name, source in archives.members(file):
            if name == DATABASE:
                copy = Path(folder) / DATABASE
                with copy.open("wb") as target:
                    while chunk := source.read(1 << 20):
                        target.write(chunk)
                dumps.load(_url(deployment), copy)
                return
    raise Failed(f"{file} holds no database")


async def _load_rest(site: Site, file: Path, secrets_to: Path | None) -> None:
    with _progress() as progress:
        task = progress.add_task("files", total=None)
        for name, source in archives.members(file):
            if name.startswith(MEDIA):
                content = source.read()
                await site.files.put(name.removeprefix(MEDIA), content)
                progress.advance(task, len(content))
            elif name == SECRETS and secrets_to is not None:
                _keep(secrets_to, source.read())


def _keep(path: Path, secrets: bytes) -> None:
    path.touch(mode=0o600, exist_ok=False)
    path.write_bytes(secrets)


async def _compare(site: Site, deployment: Deployment, manifest: Manifest) -> None:
    """Whether what is there now is what was saved."""
    if differences := deployment.migrations.differences():
        raise Failed(f"the tables are not as declared: {len(differences)} differences, see “marketplace db check”")
    verdict = await site.ask(verify, expect=manifest.audit_head if manifest.audit_entries else "")
    if verdict.broken:
        raise Failed(f"the audit trail is broken at entry {verdict.broken.position}: {verdict.broken.why}")


@contextmanager
def _progress() -> Iterator[Progress]:
    """Bytes, rate and time left; plain silence where nobody looks."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    progress = Progress(
        *columns, TimeRemainingColumn(), console=console, transient=True, disable=not console.is_terminal
    )
    with progress:
        yield progress


commands = (backup, restore)
