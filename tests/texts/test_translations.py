"""The tool that keeps catalogues complete: it finds what a person may read, and loses no wording."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from marketplace_kit.kernel.texts import Texts
from marketplace_kit.testing.translations import catalogue, main, missing, unused, update
from marketplace_kit.testing.wordings import NotThisPackage, packages, wordings

pytestmark = pytest.mark.one_engine

PLUGIN = """
from typing import Annotated

from marketplace_kit.kernel.errors import DomainError, Problem
from marketplace_kit.kernel.fields import Field, Form
from marketplace_kit.kernel.hooks import NavItem, Notice, Permission, Plugin, PluginInfo, hookimpl
from marketplace_kit.kernel.process import Process, State, Transition
from marketplace_kit.kernel.texts import N_


class BrushLost(DomainError):
    code = "brush_lost"
    text = "The brush “{brush}” is lost."


class Wash(Form):
    coat: Annotated[str, Field("Coat", choices=(("long", "Long hair"), ("short", "Short hair")))]


STATES = (State("wet", "Wet"), State("dry", "Dry", terminal=True))
WASHING = Process("wash", STATES, (Transition("rub", ("wet",), "dry", ("staff",), "Rub dry"),))
GREETING = N_("Good "
              "morning")


def asked(page, request, see_other, translate):
    page(request, "toys/list.html", page_title="Toys of the day")
    see_other(request, "/toys", "It is washed.")
    translate("Clean")
    return Problem("coat", "muddy", "Too much mud.")


class Toys(Plugin):
    info = PluginInfo(name="toys", version="1", label="Toys", summary="Washes toys.")

    @hookimpl
    def mk_permissions(self):
        return (Permission(name="toys.wash", label="Wash toys"),)

    @hookimpl
    def mk_notices(self):
        said = {"subject": "Your toy is clean", "body": "Come and get {toy}."}
        return (Notice(name="toys.done", label="Toy is clean", **said),)

    @hookimpl
    def mk_nav_items(self, actor):
        return (NavItem(slot="main", text="Toy shelf", href="/toys"),)


plugin = Toys()
"""
PAGE = """<h1>{{ _("All toys of %(child)s", child=name) }}</h1>
<p>{{ ngettext("%(num)s toy", "%(num)s toys", 3) }}</p>{% trans %}Handle with care{% endtrans %}
{{ _("Back") }} {{ _("%%") }}"""
SAID = [
    "The brush “{brush}” is lost.",
    "Coat",
    "Long hair",
    "Short hair",
    "Good morning",
    "Toys of the day",
    "It is washed.",
    "Clean",
    "Too much mud.",
    "Toy shelf",
    "Wet",
    "Dry",
    "Rub dry",
    "All toys of %(child)s",
    "%(num)s toy",
    "Handle with care",
    "Toys",
    "Washes toys.",
    "Come and get {toy}.",
    "Toy is clean",
    "Wash toys",
    "Your toy is clean",
]


@pytest.fixture
def toys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A plugin's package that has never been translated."""
    package = tmp_path / "project" / "src" / "toys"
    (package / "templates" / "toys").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "plugin.py").write_text(PLUGIN, encoding="utf-8")
    (package / "templates" / "toys" / "list.html").write_text(PAGE, encoding="utf-8")
    monkeypatch.setattr(sys, "path", [*sys.path])
    yield package
    for name in [n for n in sys.modules if n.partition(".")[0] == "toys"]:
        del sys.modules[name]


def reword(package: Path, locale: str, english: str, said: str) -> None:
    path = package / "locale" / f"{locale}.po"
    before = path.read_text(encoding="utf-8")
    path.write_text(
        before.replace(f'msgid "{english}"\nmsgstr ""', f'msgid "{english}"\nmsgstr "{said}"'), encoding="utf-8"
    )


def test_it_finds_what_is_marked_declared_refused_and_printed_in_source_order(toys: Path) -> None:
    found = [wording.text for wording in wordings(toys)]
    assert [text for text in found if text != "Back"] == SAID


def test_a_plugin_of_a_project_is_found_by_its_plugin_object(toys: Path) -> None:
    project = toys.parents[1]
    (project / "src" / "other").mkdir()
    (project / "src" / "other" / "__init__.py").write_text("")
    assert packages(project) == [toys]
    assert packages(toys) == [toys]


def test_what_the_web_floor_words_needs_no_entry_of_its_own(toys: Path) -> None:
    assert "Back" in {wording.text for wording in wordings(toys)}
    assert missing(toys, "ru") == SAID


def test_update_adds_empty_entries_and_the_same_bytes_every_time(toys: Path) -> None:
    assert update(toys) == {"kk": SAID, "ru": SAID}
    first = (toys / "locale" / "ru.po").read_bytes()
    update(toys)
    assert (toys / "locale" / "ru.po").read_bytes() == first
    assert b"#: templates/toys/list.html\n" in first
    assert str(toys).encode() not in first
    assert b"Date" not in first


def test_russian_counts_in_three_forms_and_kazakh_in_two(toys: Path) -> None:
    update(toys)
    assert (toys / "locale" / "ru.po").read_text(encoding="utf-8").count("msgstr[") == 3
    assert (toys / "locale" / "kk.po").read_text(encoding="utf-8").count("msgstr[") == 2


def test_a_count_lacks_its_wording_until_every_form_has_one(toys: Path) -> None:
    update(toys)
    path = toys / "locale" / "kk.po"
    path.write_text(
        path.read_text(encoding="utf-8").replace('msgstr[0] ""', 'msgstr[0] "%(num)s ойыншық"'), encoding="utf-8"
    )
    assert "%(num)s toy" in missing(toys, "kk")
    path.write_text(
        path.read_text(encoding="utf-8").replace('msgstr[1] ""', 'msgstr[1] "%(num)s ойыншық"'), encoding="utf-8"
    )
    assert "%(num)s toy" not in missing(toys, "kk")


def test_a_wording_stays_when_the_catalogue_is_written_anew(toys: Path) -> None:
    update(toys)
    reword(toys, "kk", "Wash toys", "Ойыншық жуу")
    assert "Wash toys" not in update(toys)["kk"]
    assert Texts.load([toys / "locale"]).gettext("kk", "Wash toys") == "Ойыншық жуу"


def test_a_wording_in_doubt_counts_as_missing(toys: Path) -> None:
    update(toys)
    reword(toys, "kk", "Wash toys", "Ойыншық жуу")
    path = toys / "locale" / "kk.po"
    path.write_text(
        path.read_text(encoding="utf-8").replace('msgid "Wash toys"', '#, fuzzy\nmsgid "Wash toys"'), encoding="utf-8"
    )
    assert "Wash toys" in missing(toys, "kk")
    assert "Wash toys" in update(toys)["kk"]


def test_what_is_no_longer_shown_is_unused_then_put_away_and_comes_back(toys: Path) -> None:
    template = toys / "templates" / "toys" / "list.html"
    update(toys)
    reword(toys, "ru", "Handle with care", "Обращайтесь бережно")
    template.write_text(PAGE.replace("Handle with care", "Fragile"), encoding="utf-8")
    assert unused(toys, "ru") == ["Handle with care"]
    assert "Fragile" in update(toys)["ru"]
    assert unused(toys, "ru") == []
    assert "Handle with care" in catalogue(toys, "ru").obsolete
    template.write_text(PAGE, encoding="utf-8")
    assert "Handle with care" not in update(toys)["ru"]
    assert not catalogue(toys, "ru").obsolete


def test_a_package_that_is_imported_from_elsewhere_is_refused(toys: Path, tmp_path: Path) -> None:
    wordings(toys)
    copy = shutil.copytree(toys, tmp_path / "copy" / "toys")
    with pytest.raises(NotThisPackage, match="imported from"):
        wordings(copy)


def test_by_hand_missing_fails_until_nothing_is(toys: Path) -> None:
    asked = CliRunner().invoke(main, ["missing", str(toys)])
    assert asked.exit_code == 1
    assert "toys/locale/kk.po: 'Wash toys'" in asked.output
    assert CliRunner().invoke(main, ["update", str(toys.parents[1])]).exit_code == 0


def test_by_hand_a_folder_without_a_plugin_is_refused(tmp_path: Path) -> None:
    asked = CliRunner().invoke(main, ["missing", str(tmp_path)])
    assert asked.exit_code == 2
    assert "no package with a plugin" in asked.output
