"""What is shown of a name, and what counts as a phone number or a link."""

from __future__ import annotations

import pytest

from marketplace_kit.reviews.domain import REVIEW, names_contacts, shown_name


def test_a_review_is_taken_away_by_an_admin_alone_and_comes_back_only_by_being_published() -> None:
    REVIEW.check()
    assert [t.who for t in REVIEW.transitions if t.verb == "remove"] == [("admin",)]
    assert [t.verb for t in REVIEW.moves("removed")] == ["publish"]
    assert REVIEW.moves("published", ["owner", "staff", "customer"]) == ()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Айгерим Сериковна Садыкова", "Айгерим С."),
        ("Aliya", "Aliya"),
        ("  aliya   serikova ", "aliya S."),
        ("aliya@example.kz", ""),
        ("+77011234567", ""),
        ("", ""),
    ],
)
def test_a_reader_sees_the_first_name_and_an_initial(name: str, shown: str) -> None:
    assert shown_name(name) == shown


@pytest.mark.parametrize(
    "text",
    [
        "Звоните 8 701 123 45 67, сделаю дешевле",
        "+7(701)123-45-67",
        "смотрите https://cheaper.kz",
        "www.cheaper.kz",
        "Instagram @best_nails_atyrau",
        "t.me/nails",
        "salon-lux.kz лучше",
    ],
)
def test_a_phone_number_or_a_link_is_noticed(text: str) -> None:
    assert names_contacts(text)


@pytest.mark.parametrize(
    "text",
    ["Отдала 15 000 тенге, 2 часа.", "12.11.2026 в 14:30", "Мастер супер.Очень рада", "5/5!", "с 10-00 до 19-00", ""],
)
def test_a_price_or_a_date_is_not(text: str) -> None:
    assert not names_contacts(text)
