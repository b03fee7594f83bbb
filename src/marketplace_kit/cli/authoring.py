"""``plugin dev`` and ``plugin package``: writing a plugin, and making a distribution of one that was tried out."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import rich_click as click

from marketplace_kit.cli.deployment import Deployment, pass_deployment
from marketplace_kit.cli.output import Failed, as_json, console, json_option
from marketplace_kit.kernel.plugins import discover_folder

_ROOT = "marketplace_site_plugins_"


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--install/--no-install", default=True, show_default=True, help="Install FOLDER so that edits count.")
@pass_deployment
def dev(deployment: Deployment, folder: Path | None, port: int, install: bool) -> None:
    """Serve the site while a plugin is written: FOLDER is installed editable, its tables are made, and each saved file
    starts the site anew. Without FOLDER, for the plugins beside the site. Every call of a hook is logged; say
    MK_TRACE_HOOKS=0 for quiet.
    """
    folder = (folder or deployment.config.parent / "plugins").absolute()
    if not folder.is_dir():
        raise Failed(f"there is no folder {folder}: name the plugin's")
    own = (folder / "pyproject.toml").exists()
    if own and install and subprocess.run([*_installer(), "-e", str(folder)], check=False).returncode:  # noqa: S603 - our own words
        raise Failed(f"{folder} could not be installed: see above, or install it yourself and say --no-install")
    os.environ["MK_CONFIG"] = str(deployment.config.absolute())
    os.environ.setdefault("MK_TRACE_HOOKS", "1")
    # In a process of its own: this one does not know what was installed just now.
    upgraded = subprocess.run([sys.executable, "-m", "marketplace_kit", "db", "upgrade"], check=False)
    if upgraded.returncode:
        raise Failed("the tables could not be brought up to date: see above")
    console.print(f"Serving http://127.0.0.1:{port}, anew with each file saved in {folder}. Stop with Ctrl+C.")
    _serve(folder, port)


def _installer() -> list[str]:
    """pip of this environment; uv where it has none."""
    uv = shutil.which("uv")
    has_pip = subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False)
    if has_pip.returncode and uv:
        return [uv, "pip", "install", "--python", sys.executable, "--no-deps"]
    return [sys.executable, "-m", "pip", "install", "--no-deps", "--quiet"]


def _serve(folder: Path, port: int) -> None:
    import uvicorn

    patterns = ["*.py", "*.html", "*.css", "*.js", "*.po"]
    uvicorn.run(
        "marketplace_kit.cli.serving:app",
        factory=True,
        port=port,
        reload=True,
        reload_dirs=[str(folder)],
        reload_includes=patterns,
        log_level="info",  # says when it starts anew, why, and when it is ready
        access_log=False,
        proxy_headers=False,
        server_header=False,
    )


@click.command()
@click.argument("name")
@click.option(
    "--into", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="Where to put the folder."
)
@json_option
@pass_deployment
def package(deployment: Deployment, name: str, into: Path, json_: bool) -> None:
    """Make a distribution of a plugin that stands beside the site: NAME is its file or folder in “plugins”. The site's
    own copy stays; remove it once the distribution is installed.
    """
    plugins = deployment.config.parent / "plugins"
    source = next((p for p in (plugins / f"{name}.py", plugins / name / "__init__.py") if p.exists()), None)
    if source is None:
        raise Failed(f"there is neither {name}.py nor a folder {name} in {plugins}")
    folder = packaged(source, name, into)
    if json_:
        as_json({"folder": str(folder)})
    else:
        console.print(f"{folder} is ready. Install it (pip install -e {folder}) and remove {plugins / name}*")


def packaged(source: Path, name: str, into: Path) -> Path:
    """The distribution of one file, or of a folder whose ``__init__.py`` is ``source``. Raises :class:`Failed`."""
    from marketplace_kit.scaffold import make_plugin

    inside = source.name == "__init__.py"
    module = f"{_ROOT}{name}"
    found = next((p for p in discover_folder(source.parents[1 if inside else 0]) if type(p).__module__ == module), None)
    if found is None:
        raise Failed(f"{source} has no “plugin” of a class of its own")
    try:
        folder = make_plugin(found.info.name.replace("_", "-"), into, set())
    except ValueError as wrong:
        raise Failed(str(wrong)) from wrong
    own = f"marketplace_{found.info.name}"
    root = folder / "src" / own
    shutil.rmtree(root / "locale")
    for path in sorted(source.parent.rglob("*")) if inside else [source]:
        if path.is_file() and "__pycache__" not in path.parts:
            target = root / ("plugin.py" if path == source else path.relative_to(source.parent))
            target.parent.mkdir(parents=True, exist_ok=True)
            if path.suffix == ".py":
                target.write_text(path.read_text("utf-8").replace(module, own), encoding="utf-8")
            else:
                shutil.copyfile(path, target)
    project = folder / "pyproject.toml"
    stated = project.read_text("utf-8").replace('version = "0.1.0"', f'version = "{found.info.version}"', 1)
    project.write_text(stated, encoding="utf-8")
    return folder


commands = (dev, package)
