"""Settings come in layers, and every fault says where it stands."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import pytest

from marketplace_kit.kernel.fields import Field, Form
from marketplace_kit.kernel.hooks import SettingsSection
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.settings import (
    KERNEL_SECTIONS,
    BadSettings,
    JobSettings,
    Settings,
    SiteSettings,
    check_for_production,
    load,
)

pytestmark = pytest.mark.one_engine


class VetSettings(Form):
    minutes: Annotated[int, Field("Minutes")] = 30
    open: Annotated[bool, Field("Open")] = True
    fee: Annotated[Money | None, Field("Fee")] = None
    since: Annotated[date | None, Field("Since")] = None
    days: Annotated[tuple[str, ...], Field("Days", choices=(("mo", "Monday"), ("tu", "Tuesday")))] = ()
    key: Annotated[str, Field("Key", private=True)] = ""


SECTIONS = (*KERNEL_SECTIONS, SettingsSection(name="vet", form=VetSettings))


def read(tmp_path: Path, toml: str = "", environ: dict[str, str] | None = None, **overrides: Any) -> Settings:
    path = tmp_path / "marketplace.toml"
    path.write_text(toml, encoding="utf-8")
    return load(
        SECTIONS, toml=path, environ=environ or {}, overrides={k.replace("__", "."): v for k, v in overrides.items()}
    )


def faults(tmp_path: Path, toml: str = "", environ: dict[str, str] | None = None, **overrides: Any) -> str:
    with pytest.raises(BadSettings) as bad:
        read(tmp_path, toml, environ, **overrides)
    return str(bad.value)


def test_higher_layers_win_and_every_value_remembers_where_it_came_from(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from a file\n")
    settings = read(
        tmp_path,
        "[vet]\nminutes = 20\nopen = false\nkey = 'low'\n[site]\nname = 'Atyrau'",
        {"MK_VET__OPEN": "yes", "MK_VET__KEY": "middle", "MK_VET__KEY_FILE": str(tmp_path / "key")},
        site__name="Override",
    )
    vet = settings.of(VetSettings)
    assert (vet.minutes, vet.open, vet.key, settings.of(SiteSettings).name) == (20, True, "from a file", "Override")
    origins = {key: origin for key, _, origin in settings.shown()}
    assert origins["vet.minutes"].endswith("marketplace.toml")
    assert origins["vet.open"] == "environment MK_VET__OPEN"
    assert origins["vet.key"] == f"file {tmp_path / 'key'}"
    assert (origins["site.name"], origins["vet.fee"]) == ("override", "default")


def test_private_values_are_masked_wherever_settings_are_shown(tmp_path: Path) -> None:
    shown = read(tmp_path, "[vet]\nkey = 'canary'", site__secret="canary" * 6).shown()
    assert "canary" not in str(shown)
    assert {k: v for k, v, _ in shown}["vet.key"] == "********"


@pytest.mark.parametrize(
    ("variable", "text", "field", "value"),
    [
        ("MK_VET__MINUTES", "+45", "minutes", 45),
        ("MK_VET__OPEN", "off", "open", False),
        ("MK_VET__FEE", "8 000,50", "fee", Money(8000_50, "KZT")),
        ("MK_VET__SINCE", "2026-03-01", "since", date(2026, 3, 1)),
        ("MK_VET__DAYS", "mo, tu", "days", ("mo", "tu")),
        ("MK_VET__DAYS", "", "days", ()),
    ],
)
def test_the_environment_is_read_as_the_field_is_declared(
    tmp_path: Path, variable: str, text: str, field: str, value: Any
) -> None:
    assert getattr(read(tmp_path, environ={variable: text}).of(VetSettings), field) == value


def test_toml_dates_are_dates(tmp_path: Path) -> None:
    assert read(tmp_path, "[vet]\nsince = 2026-03-01").of(VetSettings).since == date(2026, 3, 1)


@pytest.mark.parametrize("text", ["+-5", "²", "1e3", "9" * 5000, "12 000", ""])
def test_a_number_that_is_none_is_a_fault_not_a_crash(tmp_path: Path, text: str) -> None:
    assert "vet.minutes (from environment MK_VET__MINUTES)" in faults(tmp_path, environ={"MK_VET__MINUTES": text})


def test_an_unknown_key_is_a_fault_with_the_nearest_known_one(tmp_path: Path) -> None:
    assert "vet.minuts" in faults(tmp_path, "[vet]\nminuts = 5")
    assert "did you mean vet.minutes?" in faults(tmp_path, "[vet]\nminuts = 5")
    assert "did you mean site.public_url?" in faults(tmp_path, environ={"MK_SITE__PUBLC_URL": "x"})


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    told = faults(tmp_path, "loose = 1\n[vet]\nminutes = 'x'\n[site]\nmode = 'holiday'", {"MK_NONSENSE": "1"})
    for expected in ("loose stands outside", "vet.minutes", "site.mode", "nonsense"):
        assert expected in told


def test_broken_toml_and_unreadable_files_are_faults(tmp_path: Path) -> None:
    assert "marketplace.toml" in faults(tmp_path, "[vet\n")
    assert "MK_VET__KEY_FILE" in faults(tmp_path, environ={"MK_VET__KEY_FILE": str(tmp_path / "gone")})
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    assert "MK_VET__KEY_FILE" in faults(tmp_path, environ={"MK_VET__KEY_FILE": str(tmp_path / "bytes")})
    (tmp_path / "marketplace.toml").write_bytes(b"\xff")
    with pytest.raises(BadSettings, match=r"marketplace\.toml"):
        load(SECTIONS, toml=tmp_path / "marketplace.toml")


def test_variables_that_steer_the_process_are_no_settings(tmp_path: Path) -> None:
    steering = {"MK_PLUGINS": "vet", "MK_CONFIG": "x", "MK_TEST_WORKERS": "2", "MK_CHROMIUM": "/x", "PATH": "/"}
    assert read(tmp_path, environ=steering | {"MK_TRACE_HOOKS": "1"}).origins == {}
    assert "MK_PLUGIN" in faults(tmp_path, environ={"MK_PLUGIN": "vet"})


def test_what_two_fields_say_together_is_checked(tmp_path: Path) -> None:
    assert "jobs.broker_url" in faults(tmp_path, "[jobs]\nrunner = 'celery'")
    assert "no time zone Asia/Nowhere" in faults(tmp_path, "[site]\ntimezone = 'Asia/Nowhere'")
    assert "no time zone ../../etc" in faults(tmp_path, "[site]\ntimezone = '../../etc'")
    assert read(tmp_path, "[jobs]\nrunner = 'celery'\nbroker_url = 'redis://h'").of(JobSettings).broker_url


SAFE = {"site__mode": "production", "site__public_url": "https://site.kz", "site__secret": "s" * 32}


def test_a_site_fit_for_production_has_no_faults(tmp_path: Path) -> None:
    assert check_for_production(read(tmp_path, **SAFE)) == []


def test_a_development_site_may_be_anything(tmp_path: Path) -> None:
    assert check_for_production(read(tmp_path)) == []


def test_the_secret_that_everybody_knows_does_not_serve_in_production(tmp_path: Path) -> None:
    known = SiteSettings().secret
    for given in ({}, {"site__secret": known}):
        settings = read(tmp_path, **({k: v for k, v in SAFE.items() if k != "site__secret"} | given))
        assert "site.secret" in check_for_production(settings)[0]


def test_plain_http_does_not_serve_in_production(tmp_path: Path) -> None:
    assert "https://" in check_for_production(read(tmp_path, **(SAFE | {"site__public_url": "http://site.kz"})))[0]


@pytest.mark.parametrize("place", ["secret file", "toml"])
def test_a_secret_that_everybody_on_the_machine_can_read_does_not_serve(tmp_path: Path, place: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s" * 40)
    rest = {k: v for k, v in SAFE.items() if k != "site__secret"}

    def told() -> list[str]:
        if place == "toml":
            return check_for_production(read(tmp_path, f"[site]\nsecret = '{'s' * 40}'", **rest))
        return check_for_production(read(tmp_path, "", {"MK_SITE__SECRET_FILE": str(secret)}, **rest))

    path = secret if place == "secret file" else tmp_path / "marketplace.toml"
    (tmp_path / "marketplace.toml").touch()
    path.chmod(0o644)
    assert told() == [f"{path} holds a secret and can be read by everybody: chmod 600"]
    path.chmod(0o600)
    assert told() == []
