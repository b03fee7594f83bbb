"""The UI macros: what they escape, how errors are wired, that they are pure, and that they need no script."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import jinja2
import pytest
from markupsafe import Markup

from marketplace_kit.kernel.hooks import NavItem
from marketplace_kit.web.pieces import Pieces
from marketplace_kit.web.rendering import Frame
from marketplace_kit.web.vendoring import VENDOR

pytestmark = pytest.mark.one_engine

TEMPLATES = VENDOR.parent.parent / "templates"
HOSTILE = """"><script>alert(1)</script><img src=x onerror='x'>{{ 7*7 }} 100%"""
AT = datetime(2027, 4, 6, 9, 0, tzinfo=UTC)
Ui = Any


@cache
def environment(style: str = "newstyle", copy: int = 1) -> jinja2.Environment:
    """As bare as the contract allows; `plain` is a gettext that answers text and leaves percent signs alone."""
    tight = style == "plain"
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=tight,
        lstrip_blocks=tight,
    )
    if style == "newstyle":
        env.install_null_translations(newstyle=True)
    else:
        env.globals["_"] = lambda text, **facts: text % facts if facts else text
        env.globals["ngettext"] = lambda one, many, n: (one if n == 1 else many) % {"num": n}
    env.globals["asset"] = lambda path: f"/static/{path}"
    env.globals["kept_piece"] = Pieces(env).draw
    env.filters["when"] = lambda at: Markup('<time datetime="{}">yesterday</time>').format(at.isoformat())
    return env


@pytest.fixture(params=["newstyle", "plain"])
def ui(request: pytest.FixtureRequest) -> Ui:
    return environment(request.param).get_template("ui.html").module


def field(name: str = "phone", **given: Any) -> SimpleNamespace:
    plain: dict[str, Any] = {
        "name": name,
        "type": str,
        "required": True,
        "default": None,
        "label": "Phone",
        "hint": "",
        "unit": "",
        "choices": (),
        "widget": "text",
        "private": False,
        "autocomplete": "",
        "inputmode": "",
        "max_length": 0,
        "min": None,
        "max": None,
    }
    return SimpleNamespace(**(plain | given))


def choice(value: str, label: str) -> SimpleNamespace:
    return SimpleNamespace(value=value, label=label)


def state(text: str = "Waiting", tone: str = "warn") -> SimpleNamespace:
    return SimpleNamespace(text=text, tone=tone)


class Reader(HTMLParser):
    """The elements of a fragment, in order; refuses markup that does not close."""

    VOID = ("input", "br", "img", "meta", "link")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.feed(html)
        assert self.open == [], f"not closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def one(self, tag: str) -> dict[str, str]:
        (found,) = self.all(tag)
        return found


def hostile_field(widget: str) -> SimpleNamespace:
    many = (choice(HOSTILE, HOSTILE), choice("b", "B"))
    return field(label=HOSTILE, hint=HOSTILE, unit=HOSTILE, choices=many, widget=widget, autocomplete=HOSTILE)


def a_month(text: str) -> SimpleNamespace:
    free = SimpleNamespace(number=12, said=text, note=text, short=text, href=text, chosen=True)
    full = SimpleNamespace(number=13, said="Friday, 13 March", note="no times", short="", href="", chosen=False)
    return SimpleNamespace(
        title=text, weekdays=[(text, text)] * 3, weeks=[[free, full, None]], previous=text, next=text
    )


def some_times(text: str) -> SimpleNamespace:
    free = SimpleNamespace(value=text, text=text, note="", bookable=True, chosen=True)
    taken = SimpleNamespace(value="10:00", text="10:00", note=text, bookable=False, chosen=False)
    return SimpleNamespace(title=text, zone=text, say=text, groups=[(text, [free, taken])])


def a_service(text: str) -> SimpleNamespace:
    return SimpleNamespace(id="s", action=text, name=text, csrf=text, hidden=[(text, text)], submit=text, errors=[text])


WIDGETS = [
    "text",
    "textarea",
    "number",
    "checkbox",
    "select",
    "radios",
    "checkboxes",
    "money",
    "date",
    "email",
    "tel",
    "password",
    "url",
    "search",
    "hidden",
    "file",
]
MACROS: dict[str, Callable[[Ui], str]] = {
    **{f"field-{w}": lambda ui, w=w: ui.field(hostile_field(w), HOSTILE, [HOSTILE], "x") for w in WIDGETS},
    "form": lambda ui: ui.form(
        HOSTILE,
        [hostile_field("text")],
        {"phone": HOSTILE},
        {"": [HOSTILE], "phone": [HOSTILE]},
        HOSTILE,
        HOSTILE,
        HOSTILE,
        HOSTILE,
    ),
    "badge": lambda ui: ui.badge(state(HOSTILE)),
    "card": lambda ui: ui.card(HOSTILE, HOSTILE, [HOSTILE], HOSTILE, 3, state(HOSTILE)),
    "table": lambda ui: ui.table([HOSTILE, (HOSTILE, "number", HOSTILE, "ascending")], [[HOSTILE, HOSTILE]], HOSTILE),
    "table-bulk": lambda ui: ui.table(
        [HOSTILE, HOSTILE],
        [[HOSTILE, HOSTILE]],
        HOSTILE,
        action=HOSTILE,
        acts=[(HOSTILE, HOSTILE, "danger", HOSTILE)],
        ids=[HOSTILE],
        csrf=HOSTILE,
        hidden=[(HOSTILE, HOSTILE)],
    ),
    "table-empty": lambda ui: ui.table([HOSTILE], [], HOSTILE, empty=(HOSTILE, HOSTILE)),
    "table-filtered": lambda ui: ui.table([HOSTILE], [], HOSTILE, clear_href=HOSTILE),
    "stepper": lambda ui: ui.stepper([HOSTILE, HOSTILE, state(HOSTILE)], 2),
    "timeline": lambda ui: ui.timeline([SimpleNamespace(at=AT, text=HOSTILE, actor=HOSTILE, note=HOSTILE)]),
    "empty": lambda ui: ui.empty(HOSTILE, HOSTILE, HOSTILE, HOSTILE, "heart"),
    "stat": lambda ui: ui.stat(HOSTILE, HOSTILE, HOSTILE),
    "dialog": lambda ui: ui.dialog("ask", HOSTILE),
    "dialog_link": lambda ui: ui.dialog_link("ask", HOSTILE),
    "icon": lambda ui: ui.icon("heart", HOSTILE),
    "button": lambda ui: ui.button(HOSTILE, name=HOSTILE, value=HOSTILE),
    "button-link": lambda ui: ui.button(HOSTILE, href=HOSTILE, icon="plus"),
    "post_button": lambda ui: ui.post_button(
        HOSTILE, HOSTILE, HOSTILE, True, "heart", HOSTILE, hidden=[(HOSTILE, HOSTILE)]
    ),
    "pager": lambda ui: ui.pager(HOSTILE, HOSTILE),
    "facts": lambda ui: ui.facts([(HOSTILE, HOSTILE)]),
    "section": lambda ui: ui.section(HOSTILE, href=HOSTILE),
    "price": lambda ui: ui.price(HOSTILE, HOSTILE),
    "notice": lambda ui: ui.notice("bad", HOSTILE),
    "tile": lambda ui: ui.tile(HOSTILE, HOSTILE, "heart", HOSTILE),
    "search": lambda ui: ui.search(HOSTILE, HOSTILE, HOSTILE),
    "back": lambda ui: ui.back(HOSTILE, HOSTILE),
    "town": lambda ui: ui.town(HOSTILE, HOSTILE),
    "slot_month": lambda ui: ui.slot_month(a_month(HOSTILE), "s"),
    "slot_times": lambda ui: ui.slot_times(some_times(HOSTILE), HOSTILE, "s"),
    "slot_grid": lambda ui: ui.slot_grid(a_month(HOSTILE), some_times(HOSTILE), a_service(HOSTILE)),
}


@pytest.mark.parametrize("name", MACROS)
def test_a_hostile_text_stays_text(ui: Ui, name: str) -> None:
    html = str(MACROS[name](ui))
    reader = Reader(html)
    assert "script" not in [tag for tag, _ in reader.elements]
    assert not [
        a for _, attributes in reader.elements for a in attributes if a.startswith("on") or a in ("style", "src=x")
    ]
    assert "49" not in html
    assert "%%" not in html


@pytest.mark.parametrize("name", MACROS)
def test_a_macro_is_pure(ui: Ui, name: str) -> None:
    one, other = (environment(copy=n).get_template("ui.html").module for n in (1, 2))
    assert MACROS[name](ui) == MACROS[name](ui)
    assert MACROS[name](one) == MACROS[name](other)


def test_every_public_macro_is_tried_with_a_hostile_text(ui: Ui) -> None:
    public = {n for n in vars(ui) if not n.startswith("_") and isinstance(getattr(ui, n), jinja2.runtime.Macro)}
    assert public - {"said", "error_summary"} == {name.partition("-")[0] for name in MACROS}


def test_an_error_is_said_at_the_field_and_tied_to_it(ui: Ui) -> None:
    html = ui.field(field(hint="We send one code"), "12", ["Enter a phone number"], "f")
    reader = Reader(html)
    control = reader.one("input")
    assert control["id"] == "f-phone"
    assert reader.one("label")["for"] == "f-phone"
    assert control["aria-invalid"] == "true"
    assert control["aria-describedby"].split() == ["f-phone-error", "f-phone-hint"]
    ids = {a["id"] for _, a in reader.elements if "id" in a}
    assert set(control["aria-describedby"].split()) <= ids
    assert "Error:" in html
    assert control["value"] == "12"


def test_days_with_times_are_links_that_say_so_and_the_others_are_none(ui: Ui) -> None:
    html = ui.slot_grid(a_month("Thursday, 12 March"), some_times("09:30"), a_service("/order/begin"))
    reader = Reader(html)
    assert [a["aria-current"] for a in reader.all("a") if "aria-current" in a] == ["date"]
    assert "Friday, 13 March, no times" in html
    free, taken = [i for i in reader.all("input") if i["type"] == "radio"]
    assert "checked" in free
    assert "disabled" in taken
    assert {label["for"] for label in reader.all("label")} == {free["id"], taken["id"]}
    assert "<form" not in ui.slot_grid(a_month("March"), None, a_service("/x"))


def test_a_field_without_error_or_hint_describes_nothing(ui: Ui) -> None:
    control = Reader(ui.field(field(), "")).one("input")
    assert "aria-describedby" not in control
    assert "aria-invalid" not in control


def test_a_group_is_a_fieldset_whose_first_choice_the_summary_can_reach(ui: Ui) -> None:
    kind = field("kind", widget="radios", choices=(choice("l", "Litters"), choice("s", "Services")))
    reader = Reader(ui.field(kind, "s", ["Choose one"]))
    first, second = reader.all("input")
    assert (first["id"], second["id"]) == ("f-kind", "f-kind-2")
    assert "checked" in second
    assert "checked" not in first
    assert reader.one("fieldset")["aria-describedby"] == "f-kind-error"
    assert len(reader.all("legend")) == 1


def test_checkboxes_keep_several_answers(ui: Ui) -> None:
    langs = field("langs", widget="checkboxes", choices=tuple(choice(c, c) for c in ("kk", "ru", "en")))
    checked = [box["value"] for box in Reader(ui.field(langs, ["kk", "en"])).all("input") if "checked" in box]
    assert checked == ["kk", "en"]


@pytest.mark.parametrize(
    ("widget", "kind", "mode"),
    [("tel", "tel", "tel"), ("money", "text", "decimal"), ("number", "text", "decimal"), ("email", "email", "email")],
)
def test_a_phone_offers_the_right_keyboard(ui: Ui, widget: str, kind: str, mode: str) -> None:
    control = Reader(ui.field(field(widget=widget), "1")).one("input")
    assert (control["type"], control["inputmode"]) == (kind, mode)


def test_money_and_units_are_read_with_the_field(ui: Ui) -> None:
    html = ui.field(field("price", widget="money"), "8 000")
    assert "₸" in html
    assert Reader(html).one("input")["aria-describedby"] == "f-price-unit"
    assert "kg" in ui.field(field("weight", widget="number", unit="kg"), "4")
    assert ">%<" in ui.field(field("discount", widget="number", unit="%"), "4")


def test_a_password_is_never_sent_back_and_its_show_button_waits_for_script(ui: Ui) -> None:
    html = ui.field(field("password", widget="password", autocomplete="current-password"), "hunter2")
    assert "hunter2" not in html
    assert "hidden" in Reader(html).one("button")


def test_a_select_without_answer_shows_a_choice_to_make(ui: Ui) -> None:
    city = field("city", widget="select", choices=(choice("a", "Atyrau"), choice("b", "Aktau")))
    options = Reader(ui.field(city, "b")).all("option")
    assert [o["value"] for o in options] == ["", "a", "b"]
    assert [o["value"] for o in options if "selected" in o] == ["b"]


def test_private_and_optional_fields_say_so(ui: Ui) -> None:
    html = ui.field(field(private=True, required=False), "")
    assert "Not shown to the public." in html
    assert "(optional)" in html
    assert "required" not in Reader(html).one("input")


def test_a_form_works_without_script_and_is_upgraded_with_it(ui: Ui) -> None:
    reader = Reader(ui.form("/shops", [field()], {"phone": "1"}, {}, "Save", "token", "key", id="shop"))
    form = reader.one("form")
    assert (form["method"], form["action"], form["hx-post"]) == ("post", "/shops", "/shops")
    assert "novalidate" in form
    hidden = {i["name"]: i["value"] for i in reader.all("input") if i["type"] == "hidden"}
    assert hidden == {"csrf_token": "token", "idempotency_key": "key"}
    assert reader.one("button")["type"] == "submit"
    assert any(i.get("id") == "shop-phone" for i in reader.all("input"))


def test_the_error_summary_links_to_each_field_and_takes_focus(ui: Ui) -> None:
    errors = {"": ["Too late"], "phone": ["Enter a phone number"], "key": ["Gone"]}
    html = ui.form("/", [field(), field("key", widget="hidden")], {}, errors, "Save", "t")
    reader = Reader(html)
    (summary,) = [a for tag, a in reader.elements if "data-focus" in a]
    assert summary["tabindex"] == "-1"
    assert [a["href"] for a in reader.all("a")] == ["#f-phone"]
    assert "Too late" in html
    assert "Gone" in html
    assert html.index("There is a problem") < html.index("f-phone-error")


def test_a_form_without_errors_has_no_summary(ui: Ui) -> None:
    assert "There is a problem" not in ui.form("/", [field()], {}, {}, "Save", "t")


def test_a_default_fills_a_field_nobody_touched(ui: Ui) -> None:
    assert Reader(ui.form("/", [field(default="KZ")], {}, {}, "Save", "t")).all("input")[1]["value"] == "KZ"
    assert "object" not in ui.form("/", [field(default=object())], {}, {}, "Save", "t")


def test_a_badge_says_its_state_in_words_and_shape_too(ui: Ui) -> None:
    html = ui.badge(state("Waiting", "warn"))
    assert "Waiting" in html
    assert "#exclamation-triangle" in html
    assert "kit-tone-warn" in html


def test_the_stepper_says_where_one_is(ui: Ui) -> None:
    html = ui.stepper(["Application", "Meeting", "Contract", "Home"], 2)
    assert "Step 2 of 4" in html
    current = [a for a in Reader(html).all("li") if a.get("aria-current") == "step"]
    assert len(current) == 1
    assert html.count("(done)") == 1


def test_a_toggle_is_a_form_of_one_button_that_needs_no_script(ui: Ui) -> None:
    reader = Reader(ui.post_button("/saved/7", "Save", "token", pressed=True, icon="heart", name="Save Altyn's litter"))
    form, button = reader.one("form"), reader.one("button")
    assert (form["method"], form["action"]) == ("post", "/saved/7")
    assert reader.one("input")["value"] == "token"
    assert (button["type"], button["aria-pressed"], button["aria-label"]) == ("submit", "true", "Save Altyn's litter")
    off = ui.post_button("/saved/7", "Save", "token", pressed=False, icon="heart")
    assert Reader(off).one("button")["aria-pressed"] == "false"
    assert ("#heart-fill" in off, "#heart" in off) == (False, True)


def test_an_ordinary_post_button_has_no_pressed_state(ui: Ui) -> None:
    html = ui.post_button("/accept", "Accept", "t", confirm="Take this order?")
    assert "aria-pressed" not in html
    assert Reader(html).one("form")["data-confirm"] == "Take this order?"


def test_a_card_has_one_link_and_a_heading_of_the_callers_level(ui: Ui) -> None:
    html = ui.card("Litter", "/l/1", ["Atyrau"], "/p.webp", 2, state())
    reader = Reader(html)
    assert [a["href"] for a in reader.all("a")] == ["/l/1"]
    assert len(reader.all("h2")) == 1
    assert reader.one("img")["alt"] == ""


def test_a_table_keeps_its_meaning_when_it_stacks(ui: Ui) -> None:
    reader = Reader(ui.table(["Test", ("Fee", "number", "?sort=fee", "descending")], [["Hips", "8 000 ₸"]], "Tests"))
    assert reader.one("table")["role"] == "table"
    assert reader.all("th")[1]["aria-sort"] == "descending"
    assert reader.one("td")["data-label"] == "Fee"
    assert reader.all("th")[2]["scope"] == "row"


def test_several_rows_are_chosen_by_their_name_and_sent_together(ui: Ui) -> None:
    html = ui.table(
        ["Shop", "Town"],
        [[Markup('<a href="/s">Light</a>'), "Atyrau"], ["Tea", "Aktau"]],
        "Shops",
        action="/admin/shops",
        acts=[("approve", "Approve"), ("close", "Close", "danger", "Close them?")],
        ids=["a", "b"],
        csrf="token",
    )
    reader = Reader(html)
    form = reader.one("form")
    boxes = [box for box in reader.all("input") if box["type"] == "checkbox"]
    assert [(box["name"], box["value"], box["aria-label"], box["form"]) for box in boxes] == [
        ("id", "a", "Choose: Light", form["id"]),
        ("id", "b", "Choose: Tea", form["id"]),
    ]
    assert [(b["name"], b["value"], b["form"]) for b in reader.all("button")] == [
        ("act", "approve", form["id"]),
        ("act", "close", form["id"]),
    ]
    assert reader.all("button")[1]["data-confirm"] == "Close them?"
    assert reader.all("th")[0]["class"] == "kit-pick"


def test_an_empty_table_says_why_and_a_filtered_one_how_to_see_more(ui: Ui) -> None:
    bare = str(ui.table(["Shop"], [], "Shops", empty=("No shops yet", "Nobody opened one.", "Open", "/new", "shop")))
    assert "<table" not in bare
    assert "No shops yet" in bare
    assert 'href="/new"' in bare
    filtered = str(ui.table(["Shop"], [], "Shops", empty=("No shops yet", "-"), clear_href="/shops"))
    assert "No shops yet" not in filtered
    assert 'href="/shops"' in filtered


def test_a_dialog_can_be_reached_without_script(ui: Ui) -> None:
    link = Reader(ui.dialog_link("ask", "Ask")).one("a")
    dialog = Reader(ui.dialog("ask", "Ask the breeder")).one("dialog")
    assert link["href"] == "#" + dialog["id"]
    assert dialog["aria-labelledby"] == "ask-title"


def test_one_page_needs_no_pager(ui: Ui) -> None:
    assert str(ui.pager("", "")).strip() == ""
    assert len(Reader(ui.pager("?after=1", "")).all("a")) == 1


def surroundings(**more: Any) -> dict[str, Any]:
    item = NavItem(slot="main", text="Home", href="/", icon="house")
    nav = {"main": [item], "account": [item], "vendor": [item], "admin": [], "footer": [item]}
    return {
        "locale": "ru",
        "frame": Frame(locale=more.get("locale", "ru"), nav=nav),
        "actor": SimpleNamespace(signed_in=False, name=""),
        "nav": nav,
        "csrf_token": HOSTILE,
        "site_name": "Market",
        "public_path": "/",
        "page_title": "Start",
        "messages": [("good", HOSTILE)],
        "panels": lambda _slot: [],
    } | more


FORM = SimpleNamespace(fields=(field(),), values={}, errors={"phone": ["Enter it"]}, idempotency_key="k")
PAGES: dict[str, dict[str, Any]] = {
    "layout.html": {},
    "form.html": {"form": FORM, "action": "/x", "submit": "Save", "nav_slot": "vendor"},
    "error.html": {"code": "not_found", "what": HOSTILE, "request_id": "7KQ2"},
    "api_docs.html": {"schema_href": "/api/schema.json"},
}


@pytest.mark.parametrize("style", ["newstyle", "plain"])
@pytest.mark.parametrize("signed_in", [True, False])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_its_landmarks_and_nothing_inline(name: str, signed_in: bool, style: str) -> None:
    context = surroundings(actor=SimpleNamespace(signed_in=signed_in, name="Aigerim"), unread=2, **PAGES[name])
    html = environment(style).get_template(name).render(context)
    reader = Reader(html)
    assert reader.one("html")["lang"] == "ru"
    assert [len(reader.all(tag)) for tag in ("header", "main", "footer")] == [1, 1, 1]
    assert len([a for _, a in reader.elements if a.get("role") == "status"]) == 1
    assert all(a.get("src", "").startswith("/static/") for a in reader.all("script"))
    assert not [a for _, attributes in reader.elements for a in attributes if a == "style" or a.startswith("on")]
    ids = [a["id"] for _, a in reader.elements if "id" in a]
    assert len(ids) == len(set(ids))
    assert len(reader.all("h1")) == (0 if name == "layout.html" else 1)


def test_the_title_of_a_refused_form_begins_with_the_error() -> None:
    html = environment().get_template("form.html").render(surroundings(**PAGES["form.html"]))
    assert "<title>Error: Start - Market</title>" in html


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 418, 429, 500, 503])
def test_every_error_has_a_page_that_says_what_to_do(status: int) -> None:
    context = surroundings(code="x", what="It moved.", request_id="7KQ2", status=status)
    html = environment().get_template("error.html").render(context)
    assert '<p id="problem">It moved.</p>' in html
    assert "7KQ2" in html


def test_a_language_that_runs_from_right_to_left_gets_its_style_sheet() -> None:
    html = environment().get_template("layout.html").render(surroundings(locale="ar"))
    assert 'dir="rtl"' in html
    assert "bootstrap.rtl.min.css" in html


def test_templates_use_no_trap_of_the_script_library() -> None:
    for path in TEMPLATES.glob("*.html"):
        text = path.read_text("utf-8")
        assert not re.findall(r"hx-on|hx-boost|hx-vars|javascript:|js:\{|<style|\bstyle=", text), path.name
