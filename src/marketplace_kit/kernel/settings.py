"""Settings: one declaration per section, five layers, one frozen object.

Lowest first: defaults, the TOML file, ``MK_SECTION__FIELD`` in the environment, ``MK_SECTION__FIELD_FILE`` for secrets,
and what an admin saved while the site runs (fields marked ``runtime`` only).
An unknown key is an error with the nearest known one; every value remembers where it came from.
"""

from __future__ import annotations

import difflib
import re
import tomllib
import typing
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import attrs
import msgspec
import structlog

from marketplace_kit.kernel.errors import Invalid, Problem, filled
from marketplace_kit.kernel.fields import Field, Form, fields_of, parse, raw_of
from marketplace_kit.kernel.hooks.descriptions import SettingsSection
from marketplace_kit.kernel.money import Money, NotAnAmount
from marketplace_kit.kernel.texts import N_

log = structlog.get_logger(__name__)
S = TypeVar("S", bound=Form)
ADMIN = "admin"
"""Where a value comes from that was saved while the site runs."""
PREFIX = "MK_"
# Variables that steer the process before there are settings.
_TRACE = "MK_TRACE_HOOKS"
_NOT_SETTINGS = {"MK_PLUGINS", "MK_CONFIG", _TRACE, "MK_REQUIRE_SERVICES", "MK_BROWSER", "MK_CHROMIUM"}
_TESTS = "MK_TEST_"
_YES, _NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


def traces_hooks(environ: Mapping[str, str]) -> bool:
    """Whether ``MK_TRACE_HOOKS`` asks for every call of a hook to be logged."""
    return environ.get(_TRACE, "").strip().lower() in _YES


class SiteSettings(Form):
    """``[site]``: what the whole site is."""

    name: Annotated[str, Field(N_("Name of the site"), runtime=True)] = "Marketplace"
    public_url: Annotated[
        str, Field(N_("Address of the site"), format="url", hint=N_("Links in mails begin with it."))
    ] = "http://127.0.0.1:8000"
    mode: Annotated[
        str,
        Field(
            N_("Mode"),
            choices=(("demo", N_("Demo")), ("development", N_("Development")), ("production", N_("Production"))),
        ),
    ] = "development"
    secret: Annotated[
        str,
        Field(N_("Secret key"), private=True, format="password", min_length=32, hint=N_("Signs cookies and tokens.")),
    ] = "development-only-secret-change-me-now"  # noqa: S105 - known to everybody, and refused in production
    locale: Annotated[
        str, Field(N_("Language"), choices=(("kk", "Қазақша"), ("ru", "Русский"), ("en", "English")), runtime=True)
    ] = "ru"
    currency: Annotated[str, Field(N_("Currency"), pattern="[A-Z]{3}")] = "KZT"
    timezone: Annotated[str, Field(N_("Time zone"))] = "Asia/Atyrau"


class DatabaseSettings(Form):
    """``[database]``: where the data is."""

    url: Annotated[str, Field(N_("Database address"), max_length=500, private=True)] = "sqlite:///marketplace.db"


class JobSettings(Form):
    """``[jobs]``: who does the background work."""

    runner: Annotated[
        str, Field(N_("Runner"), choices=(("embedded", N_("Inside the web process")), ("celery", N_("Celery workers"))))
    ] = "embedded"
    broker_url: Annotated[
        str,
        Field(
            N_("Broker address"), max_length=500, private=True, hint=N_("amqp:// or redis://; carries job ids only.")
        ),
    ] = ""
    queue: Annotated[
        str,
        Field(N_("Queue"), pattern="[a-z][a-z0-9._-]*", hint=N_("Sites that share a broker need names of their own.")),
    ] = "marketplace"
    lease_seconds: Annotated[int, Field(N_("Lease"), unit=N_("seconds"), min=2, max=3600)] = 30
    sweep_seconds: Annotated[int, Field(N_("Sweep"), unit=N_("seconds"), min=1, max=60)] = 1


class LiveSettings(Form):
    """``[live]``: how live topics reach other processes."""

    url: Annotated[str, Field(N_("Live topics"), max_length=500, private=True, hint=N_("memory: or redis://"))] = (
        "memory:"
    )


class FilesSettings(Form):
    """``[files]``: where uploads are kept."""

    url: Annotated[str, Field(N_("File storage"), max_length=500, hint=N_("A folder or s3://bucket/prefix."))] = "media"


KERNEL_SECTIONS = (
    SettingsSection(name="site", form=SiteSettings),
    SettingsSection(name="database", form=DatabaseSettings),
    SettingsSection(name="jobs", form=JobSettings),
    SettingsSection(name="live", form=LiveSettings),
    SettingsSection(name="files", form=FilesSettings),
)


class BadSettings(Exception):
    """The settings cannot be used; one line for each fault, with where it stands and what to do."""


@attrs.frozen
class Settings:
    """Every section's values, and where each came from. Ask with the section's form:
    ``settings.of(SiteSettings).name``.
    """

    _sections: Mapping[type[Form], Form]
    names: Mapping[type[Form], str]
    origins: Mapping[str, str]
    deployed: Settings | None = None
    """The same without what an admin saved; None where nothing is saved."""

    def with_saved(self, saved: Mapping[str, Any]) -> Settings:
        """What the deployment says, and above it what an admin saved (``section.field`` → plain JSON value).

        What no longer fits its declaration is left out and named in the log: an upgrade may have narrowed a field, and
        the site must run. The names of other things than settings are passed over.
        """
        below = self.deployed or self
        sections, origins = dict(below._sections), dict(below.origins)
        for form, name in below.names.items():
            wanted = {f.name: saved[key] for f in fields_of(form) if f.runtime and (key := f"{name}.{f.name}") in saved}
            for field, value in wanted.items():
                try:
                    sections[form] = with_changes(sections[form], {field: value})
                except Invalid as misfit:
                    log.warning("settings.saved_value_ignored", setting=f"{name}.{field}", code=misfit.problems[0].code)
                else:
                    origins[f"{name}.{field}"] = ADMIN
        return Settings(sections, below.names, origins, below) if saved else below

    def section(self, name: str) -> Form:
        """The values of the section that is called so; refuses KeyError for a name that is none."""
        return next(section for form, section in self._sections.items() if self.names[form] == name)

    def of(self, form: type[S]) -> S:
        section = self._sections[form]
        assert isinstance(section, form)  # noqa: S101 - keyed by its own type
        return section

    def shown(self) -> list[tuple[str, str, str]]:
        """Each ``section.field`` with its value and origin; private values are masked."""
        rows = []
        for form, section in self._sections.items():
            for field in fields_of(form):
                key = f"{self.names[form]}.{field.name}"
                value = getattr(section, field.name)
                rows.append(
                    (key, "********" if field.private and value else str(value), self.origins.get(key, "default"))
                )
        return rows


@cache
def runtime_form(form: type[Form]) -> type[Form] | None:
    """Those fields of a section that an admin may change while the site runs; None if there is none."""
    hints = typing.get_type_hints(form, include_extras=True)
    declared = {info.name: info for info in msgspec.structs.fields(form)}
    wanted: list[Any] = [
        (f.name, hints[f.name]) if declared[f.name].required else (f.name, hints[f.name], f.default)
        for f in fields_of(form)
        if f.runtime
    ]
    if not wanted:
        return None
    made: Any = msgspec.defstruct(f"Runtime{form.__name__}", wanted, bases=(Form,), frozen=True, kw_only=True)
    narrowed: type[Form] = made
    return narrowed


def with_changes(section: S, changes: Mapping[str, Any]) -> S:
    """A section with some of its values changed (plain JSON values); refuses :class:`Invalid`. What stays is not
    examined anew: a default may be what nobody could type.
    """
    form = type(section)
    fields = {f.name: f for f in fields_of(form)}
    stays = {n: v for n, v in raw_of(section).items() if n not in changes and fields[n].required}
    parsed = parse(form, {**stays, **changes}, "json")
    return msgspec.structs.replace(section, **{name: getattr(parsed, name) for name in changes if name in fields})


def load(
    sections: tuple[SettingsSection, ...],
    *,
    toml: Path | None = None,
    environ: Mapping[str, str] | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Settings:
    """Read all layers; raises :class:`BadSettings` naming every fault. ``overrides`` (``section.field`` → value)
    win.
    """
    faults: list[str] = []
    values: dict[str, dict[str, Any]] = {s.name: {} for s in sections}
    origins: dict[str, str] = {}
    known = {f"{s.name}.{f.name}": f for s in sections for f in fields_of(s.form)}
    layers = (
        _from_toml(toml, faults),
        _from_environment(environ or {}, known, faults),
        {k: (v, "override") for k, v in (overrides or {}).items()},
    )
    for layer in layers:
        for key, (value, origin) in layer.items():
            if key not in known:
                faults.append(_unknown(key, origin, known))
                continue
            section_name, name = key.split(".", 1)
            values[section_name][name] = value
            origins[key] = origin
    forms: dict[type[Form], Form] = {}
    for section in sections:
        try:
            forms[section.form] = parse(section.form, values[section.name])
        except Invalid as invalid:
            faults += [_fault(f"{section.name}.{p.field}", p, origins) for p in invalid.problems]
    faults += _contradictions(forms)
    if faults:
        raise BadSettings("\n".join(faults))
    return Settings(forms, {s.form: s.name for s in sections}, origins)


def _fault(key: str, problem: Problem, origins: Mapping[str, str]) -> str:
    return f"{key} (from {origins.get(key, 'default')}): {filled(problem.text, problem.facts)}"


def _contradictions(forms: Mapping[type[Form], Form]) -> list[str]:
    """What each field's own check cannot see."""
    faults, site, jobs = [], forms.get(SiteSettings), forms.get(JobSettings)
    if isinstance(site, SiteSettings) and not _is_zone(site.timezone):
        faults.append(f"site.timezone: there is no time zone {site.timezone}; one is called Asia/Almaty")
    if isinstance(jobs, JobSettings) and jobs.runner == "celery" and not jobs.broker_url:
        faults.append("jobs.runner is celery: set jobs.broker_url to the broker's address, amqp:// or redis://")
    return faults


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def check_for_production(settings: Settings) -> list[str]:
    """What must not be so on a public site; the site refuses to start while anything is listed."""
    site = settings.of(SiteSettings)
    if site.mode != "production":
        return []
    faults = []
    if site.secret == SiteSettings().secret:
        faults.append("site.secret is the one that everybody knows: set MK_SITE__SECRET_FILE")
    if not site.public_url.startswith("https://"):
        faults.append("site.public_url must begin with https:// in production")
    return faults + [f"{path} holds a secret and can be read by everybody: chmod 600" for path in _open_files(settings)]


def _open_files(settings: Settings) -> list[str]:
    """Files with private values that everybody on the machine can read."""
    private = {
        settings.origins.get(f"{name}.{field.name}", "").removeprefix("file ")
        for form, name in settings.names.items()
        for field in fields_of(form)
        if field.private
    }
    return sorted(p for p in private if p and Path(p).is_file() and Path(p).stat().st_mode & 0o004)


def _from_toml(path: Path | None, faults: list[str]) -> dict[str, tuple[Any, str]]:
    if path is None or not path.exists():
        return {}
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as wrong:
        faults.append(f"{path}: {wrong}")
        return {}
    found: dict[str, tuple[Any, str]] = {}
    for section, body in document.items():
        if isinstance(body, dict):
            found |= {f"{section}.{name}": (_plain(value), str(path)) for name, value in body.items()}
        else:
            faults.append(f"{path}: {section} stands outside of any [section]")
    return found


def _from_environment(
    environ: Mapping[str, str], known: Mapping[str, Field], faults: list[str]
) -> dict[str, tuple[Any, str]]:
    found: dict[str, tuple[Any, str]] = {}
    for variable, text in sorted(environ.items()):
        if not variable.startswith(PREFIX) or variable.startswith(_TESTS) or variable in _NOT_SETTINGS:
            continue
        key, origin = variable.removeprefix(PREFIX).lower().replace("__", ".", 1), f"environment {variable}"
        if key.endswith("_file") and key not in known:
            key, origin = key.removesuffix("_file"), f"file {text}"
            try:
                text = Path(text).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as gone:
                faults.append(f"{variable}: {gone}")
                continue
        found[key] = (_as_declared(known.get(key), text), origin)
    return found


def _plain(value: Any) -> Any:
    """TOML knows dates; a form reads them as JSON writes them."""
    return value.isoformat() if type(value) is date else value


def _as_declared(field: Field | None, text: str) -> Any:
    """Environment values are text: numbers, switches, amounts and lists are read as such; the field's own check judges
    all else.
    """
    if field is None or field.type is date:
        return text
    if field.many:
        return [part.strip() for part in text.split(",") if part.strip()]
    if field.type is bool and text.lower() in _YES | _NO:
        return text.lower() in _YES
    if field.type is int and re.fullmatch(r"[+-]?[0-9]{1,18}", text):
        return int(text)
    if field.type is Money:
        with suppress(NotAnAmount):
            amount = Money.of(text, field.currency)
            return {"amount": amount.amount, "currency": amount.currency}
    return text


def _unknown(key: str, origin: str, known: Mapping[str, Field]) -> str:
    near = difflib.get_close_matches(key, known, 1, 0.5)
    return f"{key} (from {origin}) is no setting" + (f"; did you mean {near[0]}?" if near else "")
