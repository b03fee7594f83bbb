"""Forms take what fits, say everything that does not, and never fall over."""

from __future__ import annotations

import math
from datetime import date
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace_kit.kernel.errors import Invalid
from marketplace_kit.kernel.fields import Field, Form, fields_of, json_schema, parse, raw_of, read_view
from marketplace_kit.kernel.fields.declaration import UndeclaredField
from marketplace_kit.kernel.fields.reading import TEXTS, Source
from marketplace_kit.kernel.money import LARGEST, Money

pytestmark = pytest.mark.one_engine
SIZES = (("s", "Small"), ("m", "Medium"), ("l", "Large"))


class Puppy(Form):
    breed: Annotated[str, Field("Breed", min_length=2, max_length=20)]
    story: Annotated[str | None, Field("Story", long=True)]
    chip: Annotated[str | None, Field("Chip", pattern="[0-9]{4}")] = None
    size: Annotated[str | None, Field("Size", choices=SIZES)] = None
    shots: Annotated[tuple[str, ...], Field("Shots", choices=SIZES)] = ()
    weight: Annotated[int, Field("Weight", unit="g", min=50, max=90_000)] = 300
    price: Annotated[Money | None, Field("Price", max=10_000_00)] = None
    born: Annotated[date | None, Field("Born", min=date(2020, 1, 1), max=date(2030, 1, 1))] = None
    vaccinated: Annotated[bool, Field("Vaccinated")] = False
    mail: Annotated[str | None, Field("E-mail", format="email")] = None
    phone: Annotated[str | None, Field("Phone", format="phone")] = None
    contact: Annotated[str | None, Field("Contact", format="contact")] = None
    web: Annotated[str | None, Field("Web", format="url")] = None
    slug: Annotated[str | None, Field("Slug", format="slug")] = None
    point: Annotated[str | None, Field("Point", format="point")] = None
    secret: Annotated[str | None, Field("Secret", format="password", private=True)] = None


class Litter(Form):
    sizes: Annotated[tuple[str, ...], Field("Sizes", choices=SIZES)]
    count: Annotated[int, Field("Count")]
    agreed: Annotated[bool, Field("Agreed")]


def codes(form: type[Form], raw: Any, source: Source = "json") -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        parse(form, raw, source)
    return {p.field: p.code for p in refused.value.problems}


def test_what_is_sent_whole_is_taken_whole() -> None:
    sent = {
        "breed": "Тазы", "story": "Two\nlines", "chip": "1234", "size": "m", "shots": ["s", "l"], "weight": 1200,
        "price": {"amount": 5000_00, "currency": "KZT"}, "born": "2026-02-28", "vaccinated": True,
        "mail": "a@example.kz", "phone": "+77011234567", "contact": "+77011234567", "web": "https://a.kz/b?c",
        "slug": "red-tazy", "point": "47.106800, 51.916600", "secret": " x ",
    }  # fmt: skip
    assert raw_of(parse(Puppy, sent)) == sent


def test_the_same_is_taken_as_a_browser_posts_it() -> None:
    sent = {
        "breed": " Тазы ", "story": "Two\r\nlines", "chip": "", "size": "m", "shots": ["s", "l"], "weight": "1 200",
        "price": "5 000,50 ₸", "born": "2026-02-28", "vaccinated": "on", "phone": "8 701 123 45 67",
    }  # fmt: skip
    puppy = parse(Puppy, sent, "form")
    assert (puppy.breed, puppy.story, puppy.chip, puppy.shots) == ("Тазы", "Two\nlines", None, ("s", "l"))
    assert (puppy.weight, puppy.price, puppy.born) == (1200, Money(5000_50, "KZT"), date(2026, 2, 28))
    assert (puppy.vaccinated, puppy.phone) == (True, "+77011234567")


def test_what_is_left_out_has_its_default_or_is_none() -> None:
    puppy = parse(Puppy, {"breed": "Tazy"})
    assert (puppy.story, puppy.weight, puppy.shots, puppy.vaccinated) == (None, 300, (), False)


def test_every_problem_is_told_at_once() -> None:
    sent = {"breed": "x", "weight": 1, "born": "yesterday", "colour": "red", "size": "xl"}
    assert codes(Puppy, sent) == {
        "breed": "too_short", "weight": "too_small", "born": "not_a_date", "colour": "unknown_field",
        "size": "not_a_choice",
    }  # fmt: skip


REFUSED_JSON: list[tuple[dict[str, Any], str]] = [
    ({"breed": None}, "required"),
    ({"breed": ""}, "required"),
    ({"breed": "  "}, "required"),
    ({"breed": "a"}, "too_short"),
    ({"breed": "a" * 21}, "too_long"),
    ({"breed": 5}, "wrong_type"),
    ({"breed": ["Tazy"]}, "wrong_type"),
    ({"breed": "a\x00b"}, "bad_characters"),
    ({"breed": "a\nb"}, "bad_characters"),
    ({"breed": "a\rb"}, "bad_characters"),
    ({"breed": "a\u2028b"}, "bad_characters"),
    ({"breed": "a\x85b"}, "bad_characters"),
    ({"breed": "a\u202eb"}, "bad_characters"),
    ({"breed": "a\ud800b"}, "bad_characters"),
    ({"chip": "12x4"}, "bad_pattern"),
    ({"chip": "12345"}, "bad_pattern"),
    ({"size": "xl"}, "not_a_choice"),
    ({"shots": ["s", "xl"]}, "not_a_choice"),
    ({"shots": ["s"] * 4}, "not_a_choice"),
    ({"shots": "s"}, "wrong_type"),
    ({"shots": [{"s": 1}]}, "wrong_type"),
    ({"weight": "300"}, "wrong_type"),
    ({"weight": 300.0}, "wrong_type"),
    ({"weight": math.nan}, "wrong_type"),
    ({"weight": True}, "wrong_type"),
    ({"weight": 2**63}, "too_large"),
    ({"weight": 49}, "too_small"),
    ({"price": 5}, "wrong_type"),
    ({"price": {"amount": 5}}, "wrong_type"),
    ({"price": {"amount": 5, "currency": "KZT", "x": 1}}, "wrong_type"),
    ({"price": {"amount": 5, "currency": "RUB"}}, "wrong_currency"),
    ({"price": {"amount": 5.5, "currency": "KZT"}}, "not_an_amount"),
    ({"price": {"amount": -1, "currency": "KZT"}}, "too_small"),
    ({"price": {"amount": LARGEST, "currency": "KZT"}}, "too_large"),
    ({"born": "2026-02-30"}, "not_a_date"),
    ({"born": "20260228"}, "not_a_date"),
    ({"born": "2026-W01-1"}, "not_a_date"),
    ({"born": 0.5}, "wrong_type"),
    ({"born": "2019-12-31"}, "too_small"),
    ({"born": "2031-01-01"}, "too_large"),
    ({"vaccinated": "true"}, "wrong_type"),
    ({"vaccinated": 1}, "wrong_type"),
    ({"mail": "no at sign"}, "email_invalid"),
    ({"mail": "a@b@c.kz"}, "email_invalid"),
    ({"phone": "123"}, "phone_invalid"),
    ({"contact": "neither"}, "contact_invalid"),
    ({"web": "javascript:alert(1)"}, "url_invalid"),
    ({"web": "https://a@evil.kz/"}, "url_invalid"),
    ({"slug": "Not a slug"}, "bad_pattern"),
    ({"point": "99, 200"}, "not_a_point"),
    ({"point": "by the river"}, "not_a_point"),
]


@pytest.mark.parametrize(("sent", "code"), REFUSED_JSON)
def test_json_that_does_not_fit_is_refused_by_its_code(sent: dict[str, Any], code: str) -> None:
    assert codes(Puppy, {"breed": "Tazy"} | sent) == dict.fromkeys(sent, code)


REFUSED_FORM: list[tuple[dict[str, Any], str]] = [
    ({"breed": ""}, "required"),
    ({"weight": "many"}, "not_a_number"),
    ({"weight": "1.5"}, "not_a_number"),
    ({"weight": "9" * 30}, "not_a_number"),
    ({"price": "a lot"}, "not_an_amount"),
    ({"price": "9" * 15}, "too_large"),
    ({"born": "28.02.2026"}, "not_a_date"),
    ({"shots": ["xl"]}, "not_a_choice"),
    ({"breed": {"file": "x"}}, "wrong_type"),
]


@pytest.mark.parametrize(("sent", "code"), REFUSED_FORM)
def test_a_posted_form_that_does_not_fit_is_refused_by_its_code(sent: dict[str, Any], code: str) -> None:
    assert codes(Puppy, {"breed": "Tazy"} | sent, "form") == dict.fromkeys(sent, code)


def test_every_code_is_reached_by_some_test_and_has_a_wording() -> None:
    reached = {code for _, code in (*REFUSED_JSON, *REFUSED_FORM)} | {"unknown_field"}
    assert reached == set(TEXTS)


def test_a_required_choice_of_several_wants_at_least_one() -> None:
    sent = {"sizes": [], "count": 1, "agreed": False}
    assert codes(Litter, sent) == {"sizes": "required"}
    assert codes(Litter, {"count": "1"}, "form") == {"sizes": "required"}


def test_a_checkbox_that_is_not_posted_is_not_ticked() -> None:
    assert parse(Litter, {"sizes": "s", "count": "1"}, "form").agreed is False
    assert parse(Litter, {"sizes": "s", "count": "1", "agreed": ["0", "1"]}, "form").agreed is True


@pytest.mark.parametrize("sent", [[], "text", 5, None, [["breed", "Tazy"]]])
def test_what_is_no_object_is_refused(sent: Any) -> None:
    assert codes(Puppy, sent) == {"": "wrong_type"}


def test_a_flood_of_unknown_names_is_answered_briefly_and_printably() -> None:
    with pytest.raises(Invalid) as refused:
        parse(Puppy, {"breed": "Tazy"} | {f"\ud800{n}" * 100: 1 for n in range(10_000)})
    assert len(refused.value.problems) <= 20
    assert all(len(p.field.encode()) <= 400 for p in refused.value.problems)


scalars = (
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=True, allow_infinity=True)
    | st.text(alphabet=st.characters(), max_size=30) | st.dates().map(str)
    | st.sampled_from(["s", "\x00", "+77011234567", "a@example.kz", "https://a.kz", "KZT", "1234", "a" * 300])
)  # fmt: skip
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8), inner, max_size=5)
)
names = st.sampled_from([f.name for f in fields_of(Puppy)]) | st.text(max_size=8)
money_like = st.fixed_dictionaries(
    {"amount": st.integers(-(2**64), 2**64), "currency": st.sampled_from(["KZT", "RUB"])}
)


def comes_back_or_is_refused(sent: Any, source: Source = "json") -> bool:
    """Anything but these two is an exception, and fails the test that asks."""
    try:
        taken = parse(Puppy, sent, source)
    except Invalid as refused:
        return {p.code for p in refused.problems} <= set(TEXTS) and bool(refused.problems)
    return parse(Puppy, raw_of(taken)) == taken


@given(st.dictionaries(names, anything | money_like, max_size=8) | anything)
def test_whatever_json_is_sent_is_refused_by_name_or_comes_back_as_it_was_taken(sent: Any) -> None:
    assert comes_back_or_is_refused(sent)


@given(st.dictionaries(names, st.text(max_size=30) | st.lists(st.text(max_size=10), max_size=4), max_size=8))
def test_whatever_a_browser_posts_is_refused_by_name_or_comes_back_as_it_was_taken(sent: dict[str, Any]) -> None:
    assert comes_back_or_is_refused({"breed": "Tazy"} | sent, "form")


@given(st.text(max_size=40), st.sampled_from(["mail", "phone", "contact", "web", "slug", "secret", "story"]))
def test_every_text_format_refuses_or_takes_any_text(text: str, name: str) -> None:
    assert comes_back_or_is_refused({"breed": "Tazy", name: text})


def test_deeply_nested_values_are_refused_without_being_climbed() -> None:
    deep: Any = "x"
    for _ in range(100_000):
        deep = [deep]
    assert codes(Puppy, {"breed": deep}) == {"breed": "wrong_type"}


def test_the_schema_names_what_is_required_and_allows_nothing_else() -> None:
    schema = json_schema(Litter)
    assert (schema["required"], schema["additionalProperties"]) == (["sizes", "count", "agreed"], False)
    assert schema["properties"]["sizes"]["minItems"] == 1
    assert json_schema(Puppy)["properties"]["price"]["anyOf"][0]["properties"]["currency"] == {"const": "KZT"}


def test_the_read_view_speaks_in_words_and_keeps_private_things() -> None:
    view = read_view(
        parse(Puppy, {"breed": "Tazy", "size": "m", "secret": "x", "weight": 1200}), lambda text: text.upper()
    )
    assert {f.name: shown for f, shown in view} == {
        "breed": "Tazy", "size": "MEDIUM", "weight": "1200\u00a0G", "vaccinated": "NO",
    }  # fmt: skip


def test_a_field_that_no_control_can_ask_for_stops_the_boot() -> None:
    class NoField(Form):
        name: str

    class WrongType(Form):
        ratio: Annotated[float, Field("Ratio")]

    class NumbersToChooseFrom(Form):
        size: Annotated[int, Field("Size", choices=SIZES)]

    class OpenList(Form):
        tags: Annotated[tuple[str, ...], Field("Tags")]

    for form in (NoField, WrongType, NumbersToChooseFrom, OpenList):
        with pytest.raises(UndeclaredField, match=form.__name__):
            fields_of(form)
