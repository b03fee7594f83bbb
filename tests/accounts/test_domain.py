from datetime import UTC, datetime, timedelta

import pytest

from marketplace_kit.accounts.domain import LinkNotValid, Person, check_password, device_of, lookup_of
from marketplace_kit.kernel.errors import Invalid

pytestmark = pytest.mark.one_engine
NOW = datetime(2026, 3, 2, 6, tzinfo=UTC)


def person(**given: object) -> Person:
    known = {"name": "Aigerim", "email": "a@x.kz", "email_lookup": "a@x.kz", "locale": "kk", "created_at": NOW}
    return Person(**known | given)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Aigerim@Example.KZ", "aigerim@example.kz"),
        ("ａｉｇｅｒｉｍ@example.kz", "aigerim@example.kz"),
        ("\u212aerey@example.kz", "kerey@example.kz"),
        ("ayı@example.kz", "ayı@example.kz"),
    ],
)
def test_an_address_is_found_whatever_its_width_and_case_and_never_by_a_look_alike(typed: str, found: str) -> None:
    assert lookup_of(typed) == found


@pytest.mark.parametrize("password", ["password123", "QWERTYUIOP", "aaaaaaaa", "a@x.kz", "пароль123"])
def test_a_common_password_or_ones_own_address_is_refused(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_password(password, "a@x.kz")
    assert [p.code for p in refused.value.problems] == ["password_common"]


@pytest.mark.parametrize(
    "password", ["төрт сөзден құралған", "four quiet words", "aaabbbccc", "a@x.kz.", "12 34 56 78"]
)
def test_any_other_password_is_taken_without_rules_of_composition(password: str) -> None:
    check_password(password, "a@x.kz")
    with pytest.raises(Invalid):  # the same words, once they are the person's own address or name
        check_password(password, "a@x.kz", password.upper())


def test_an_address_is_proved_once_and_the_second_time_tells_nobody() -> None:
    aigerim = person()
    assert not aigerim.confirmed
    assert aigerim.verify_email("a@x.kz", NOW) is not None
    assert aigerim.confirmed
    assert aigerim.verify_email("a@x.kz", NOW + timedelta(hours=1)) is None
    assert aigerim.email_verified_at == NOW


def test_a_link_sent_to_a_former_address_proves_nothing() -> None:
    with pytest.raises(LinkNotValid):
        person().verify_email("old@x.kz", NOW)


def test_somebody_forgotten_keeps_no_name_and_cannot_come_back() -> None:
    aigerim = person(password_hash="x", phone="+77011234567", epoch=3)
    aigerim.forget(NOW)
    left = (aigerim.name, aigerim.email, aigerim.email_lookup, aigerim.phone, aigerim.password_hash)
    assert left == ("", None, None, None, None)
    assert not aigerim.active
    assert aigerim.epoch == 4


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36",
            "Chrome, Linux",
        ),
        (
            "Mozilla/5.0 (Linux; Android 16) Chrome/156.0 YaBrowser/26.1 Safari/537.36",
            "Yandex Browser, Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1",
            "Safari, iPhone",
        ),
        ("python-httpx/0.28.1", "python-httpx"),
        ("", ""),
    ],
)
def test_a_device_is_called_as_people_call_it(agent: str, device: str) -> None:
    assert device_of(agent) == device
