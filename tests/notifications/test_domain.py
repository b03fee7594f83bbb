import pytest

from marketplace_kit.notifications.domain import one_line, wanted_channels

pytestmark = pytest.mark.one_engine
BOTH, KNOWN = ("in_app", "email"), frozenset({"in_app", "email", "telegram"})


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Plain", "Plain"),
        ("Two\r\nBcc: victim@example.kz", "Two Bcc: victim@example.kz"),
        ("a\x00b\x0bc\u2028d", "a b c d"),
        ("  much   space ", "much space"),
    ],
)
def test_text_in_a_header_stays_on_its_line(text: str, line: str) -> None:
    assert one_line(text) == line


def test_a_notice_uses_the_channels_it_declares_that_the_site_has() -> None:
    assert wanted_channels(("in_app", "fax"), KNOWN, {}, required=False) == ("in_app",)


def test_a_choice_takes_a_channel_away_or_adds_one() -> None:
    assert wanted_channels(BOTH, KNOWN, {"email": False, "telegram": True}, required=False) == ("in_app", "telegram")


def test_a_required_notice_leaves_no_choice() -> None:
    assert wanted_channels(BOTH, KNOWN, {"email": False}, required=True) == BOTH
