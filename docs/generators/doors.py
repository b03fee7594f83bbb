"""The doors: ``cli.md`` and ``api.md``."""

from __future__ import annotations

import inspect
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import click
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from generators.house import House
from generators.markdown import code, named, page, prose, table, ticked
from marketplace_kit.app import create_app
from marketplace_kit.cli.deployment import Deployment
from marketplace_kit.cli.main import main
from marketplace_kit.web.openapi import document, routes_of


def commands(house: House) -> str:
    """The help of every command."""
    deployment = Deployment()
    deployment.__dict__["_booted"] = (house.registry, house.hooks)  # this repository's plugins, whatever is installed
    root = click.Context(main, info_name="marketplace", obj=deployment)
    intro = """`marketplace` in a virtual environment where the kit is installed; in a clone of the repository `./kit
        run <command>`. Exit code 0 is done, 1 is refused or failed (with the reason in one line), 2 is a wrong call.
        `--json` prints for programs. Plugins add groups by [`mk_commands`](hooks.md#mk-commands)."""
    return page("Commands", intro, *_command(root))


def _command(context: click.Context) -> Iterator[str]:
    command = context.command
    usage = " ".join(command.collect_usage_pieces(context))
    yield f"## {context.command_path}"
    yield prose(command.help)
    yield code(f"{context.command_path} {usage}".strip(), "text")
    options = [
        _option(p, context)
        for p in command.get_params(context)
        if isinstance(p, click.Option) and "--help" not in p.opts
    ]
    if options:
        yield table(("option", "what it does"), options)
    if isinstance(command, click.Group):
        for name in sorted(command.list_commands(context)):
            found = command.get_command(context, name)
            if found is not None and not found.hidden:
                yield from _command(click.Context(found, info_name=name, parent=context, obj=context.obj))


def _option(option: click.Option, context: click.Context) -> tuple[str, str]:
    value = "" if option.is_flag else f" {option.make_metavar(context)}"
    shown = ", ".join(option.opts)
    stated = option.default if option.show_default and not option.is_flag and option.default is not None else ""
    given = f" Default: `{stated}`." if stated != "" else ""
    return ticked(f"{shown}{value}"), f"{option.help or ''}{given}".strip()


def api(house: House) -> str:
    """Every endpoint and every page."""
    intro = """The exact description is the OpenAPI 3.1 document: `/api/openapi.json` of a running site, or
        `marketplace openapi`. It is complete for the plugins of that site, each listing kind typed. This is the
        overview for the plugins of this repository. A body that is not what is declared gets [all its problems at
        once](problems.md#problems-of-fields)."""
    app = create_app(house.site)
    paths: dict[str, Any] = document(app, house.site)["paths"]
    by_plugin: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    pages: list[tuple[str, ...]] = []
    for path, method, handler in sorted(_ways_in(app), key=lambda way: way[:2]):
        permission, plugin = str(handler.opt["permission"]), str(handler.opt.get("plugin", ""))
        operation = paths.get(path, {}).get(method.lower())
        if operation is None:
            pages.append((method, ticked(path), ticked(permission), plugin))
        else:
            about = operation.get("summary") or inspect.getdoc(handler.fn) or ""
            by_plugin[plugin].append((method, ticked(path), ticked(permission), _body(operation), about))
    parts = []
    for plugin, rows in sorted(by_plugin.items()):
        parts += [f"## {plugin}", table(("method", "path", "permission", "body", "what it does"), rows)]
    parts += ["## Pages", "For people; not in the OpenAPI document."]
    return page("Routes", intro, *parts, table(("method", "path", "permission", "by"), pages))


def _ways_in(app: Litestar) -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    for path, handler in routes_of(app):
        if isinstance(handler, HTTPRouteHandler) and "permission" in handler.opt:
            for method in handler.http_methods - {"OPTIONS", "HEAD"}:
                yield path, str(method), handler


def _body(operation: dict[str, Any]) -> str:
    content = operation.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    if "$ref" in schema:
        return ticked(schema["$ref"].rsplit("/", 1)[-1])
    alternatives = schema.get("oneOf") or schema.get("anyOf") or ()
    return named(a["$ref"].rsplit("/", 1)[-1] for a in alternatives if "$ref" in a) or ("see OpenAPI" if schema else "")
