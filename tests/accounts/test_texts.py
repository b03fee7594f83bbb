from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

import marketplace_kit
from marketplace_kit.kernel.texts import Texts

pytestmark = pytest.mark.one_engine
KEYWORDS = {"N_": None, "_": None, "ngettext": (1, 2)}
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]


@pytest.mark.parametrize("room", ["accounts", "notifications"])
@pytest.mark.parametrize("language", ["ru", "kk"])
def test_every_text_has_its_wording_in_every_language(room: str, language: str) -> None:
    folder = Path(marketplace_kit.__file__).parent / room
    found = {message for _, _, message, _, _ in extract_from_dir(folder, METHODS, keywords=KEYWORDS)}
    texts = Texts.load([folder.parent / floor / "locale" for floor in (room, "kernel", "web")])
    assert texts.lacking(language, {m if isinstance(m, str) else m[0] for m in found}) == []
    assert len(found) > 20
