"""What a package says: every English wording that a person may read, found in its sources and its declarations."""

from __future__ import annotations

import ast
import importlib
import io
import pkgutil
import re
import sys
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from types import ModuleType

import attrs
from babel.messages.extract import extract
from structlog.testing import capture_logs

from marketplace_kit.kernel.checks import declared_texts
from marketplace_kit.kernel.errors import DomainError
from marketplace_kit.kernel.fields import Form, fields_of
from marketplace_kit.kernel.hooks import Plugin
from marketplace_kit.kernel.plugins import boot
from marketplace_kit.kernel.process import Process

_MARKS = {"N_": None, "_": None, "gettext": None, "ngettext": (1, 2)}
_JINJA = {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
_TEMPLATES = {".html", ".txt", ".xml"}
_SOURCES = {".py", *_TEMPLATES}
# Where a literal is a wording although nobody marked it: argument by position (-1: only by name) and by name.
_PLACES = {"NavItem": (-1, "text"), "Problem": (2, "text"), "see_other": (2, "message"), "translate": (0, "")}
_ANYWHERE = (-1, "page_title")
_FILLED = re.compile(r"%\(\w+\)s|\{\w+\}|%%")


@attrs.frozen
class Wording:
    """One English wording and where it was first met; ``plural`` if it counts something."""

    text: str
    plural: str = ""
    place: str = ""
    line: int = 0

    @property
    def id(self) -> str | tuple[str, str]:
        return (self.text, self.plural) if self.plural else self.text


class NotThisPackage(Exception):
    """The package that Python imports by this name is in another folder."""


def packages(folder: Path) -> list[Path]:
    """The packages with a plugin object in ``folder``: itself, or those of a project (``src``, ``plugins/*/src``)."""
    patterns = ("src/*", "src/*/*", "plugins/*/src/*", "examples/*/src/*", "*")
    below = [found for pattern in patterns for found in sorted(folder.glob(pattern))]
    return list(dict.fromkeys(p.resolve() for p in (folder, *below) if _is_plugin(p)))


def wordings(package: Path) -> list[Wording]:
    """Every wording that ``package`` may show, in source order; what only its plugin object knows comes last."""
    package = package.resolve()
    sources = (path for path in package.rglob("*") if path.suffix in _SOURCES)
    return list(_wordings(package, frozenset((path, path.stat().st_mtime_ns) for path in sources)))


@lru_cache(maxsize=64)
def _wordings(package: Path, _written_at: frozenset[tuple[Path, int]]) -> tuple[Wording, ...]:
    """Looked for once, as long as no source is written again: each language and each question begins with them."""
    modules = list(_modules(package))
    written = [w for module in modules for w in _written(package, module)]
    templates = sorted(p for p in (package / "templates").rglob("*") if p.suffix in _TEMPLATES)
    written += [w for template in templates for w in _marked(package, template, "jinja2")]
    declared = [w for module in modules for w in _declared(package, module)]
    found: dict[str, Wording] = {}
    for wording in (*sorted(written, key=lambda w: (w.place, w.line)), *declared):
        if _has_words(wording.text) and (wording.plural or wording.text not in found):
            found[wording.text] = attrs.evolve(found.get(wording.text, wording), plural=wording.plural)
    return tuple(found.values())


def _has_words(text: str) -> bool:
    return any(sign.isalpha() for sign in _FILLED.sub("", text))


def _is_plugin(folder: Path) -> bool:
    source = next((m for m in _plugin_modules(folder) if m.is_file()), None)
    if source is None or not (folder / "__init__.py").is_file():
        return False
    return "plugin" in _assigned(ast.parse(source.read_text(encoding="utf-8")))


def _plugin_modules(package: Path) -> tuple[Path, Path]:
    return package / "plugin.py", package / "plugin" / "__init__.py"


def _assigned(tree: ast.Module) -> set[str]:
    """The names that a module itself gives values to."""
    plain = {t.id for s in tree.body if isinstance(s, ast.Assign) for t in s.targets if isinstance(t, ast.Name)}
    return plain | {s.target.id for s in tree.body if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name)}


def _modules(package: Path) -> Iterator[ModuleType]:
    """The package's modules, imported; not its migrations, and not what needs an extra that is not installed."""
    root = package
    names: list[str] = []
    while (root / "__init__.py").is_file():
        names.insert(0, root.name)
        root = root.parent
    if str(root) not in sys.path:
        sys.path.append(str(root))
    top = importlib.import_module(".".join(names))
    if _source(top).parent != package:
        raise NotThisPackage(f"{top.__name__} is imported from {top.__file__}")
    yield top
    for info in pkgutil.walk_packages(top.__path__, f"{top.__name__}."):
        if info.name.endswith(".__main__") or ".migrations" in info.name:
            continue
        try:
            yield importlib.import_module(info.name)
        except ModuleNotFoundError as lacking:
            if (lacking.name or "").partition(".")[0] == names[0]:
                raise


def _source(module: ModuleType) -> Path:
    return Path(str(module.__file__)).resolve()


def _written(package: Path, module: ModuleType) -> Iterator[Wording]:
    """What stands in a module: marked texts, literals where a wording belongs, the texts of its refusals and forms."""
    source = _source(module)
    tree, place = ast.parse(source.read_bytes()), source.relative_to(package).as_posix()
    yield from _marked(package, source, "python")
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from (Wording(text, place=place, line=line) for text, line in _unmarked(node))
        elif isinstance(node, ast.ClassDef):
            texts = _of_class(getattr(module, node.name, None))
            yield from (Wording(text, place=place, line=node.lineno) for text in texts)
    for name in sorted(_assigned(tree)):
        texts = _of_value(name, getattr(module, name, None))
        yield from (Wording(text, place=place, line=sys.maxsize) for text in texts)


def _marked(package: Path, source: Path, method: str) -> Iterator[Wording]:
    place = source.relative_to(package).as_posix()
    options = _JINJA if method == "jinja2" else {}
    for line, found, _, _ in extract(method, io.BytesIO(source.read_bytes()), _MARKS, options=options):
        text, plural = found if isinstance(found, tuple) else (found, "")
        yield Wording(text, plural, place, line)


def _unmarked(call: ast.Call) -> Iterator[tuple[str, int]]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    position, keyword = _PLACES.get(name, _ANYWHERE)
    places = [k.value for k in call.keywords if k.arg == keyword]
    places += call.args[position : position + 1] if position >= 0 else []
    for place in places:
        if isinstance(place, ast.Constant) and isinstance(place.value, str) and place.value:
            yield place.value, place.lineno


def _of_class(found: object) -> tuple[str, ...]:
    if not isinstance(found, type):
        return ()
    if issubclass(found, DomainError):
        return (found.text,) if "text" in vars(found) else ()
    if issubclass(found, Form):
        return tuple(text for field in fields_of(found) for text in field.texts)
    return ()


def _of_value(name: str, value: object) -> tuple[str, ...]:
    if isinstance(value, Process):
        return value.texts()
    return tuple(map(str, value.values())) if name == "TEXTS" and isinstance(value, Mapping) else ()


def _declared(package: Path, module: ModuleType) -> list[Wording]:
    """What the plugin object of a module declares, if it holds the package's."""
    plugin = getattr(module, "plugin", None)
    if not isinstance(plugin, Plugin) or _source(module) not in _plugin_modules(package):
        return []
    with capture_logs():
        registry, _ = boot([plugin])
    about = (plugin.info.label, plugin.info.summary, plugin.info.personal_data)
    texts = dict.fromkeys((*about, *sorted(declared_texts(registry, plugin.info.name))))
    return [Wording(text, place=_source(module).relative_to(package).as_posix()) for text in texts if text]
