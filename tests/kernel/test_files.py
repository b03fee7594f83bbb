"""Files are kept under keys that we choose."""

from __future__ import annotations

from pathlib import Path

import pytest

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.files import Files, open_files

pytestmark = pytest.mark.one_engine


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return open_files(f"file://{tmp_path / 'media'}")


async def test_what_was_put_can_be_had_again(files: Files) -> None:
    key = Files.new_key("photos", ".jpg")
    await files.put(key, b"\x00picture")
    assert await files.exists(key)
    assert await files.get(key) == b"\x00picture"


async def test_what_is_not_there_is_missing(files: Files) -> None:
    with pytest.raises(Missing):
        await files.get("photos/none.jpg")
    assert not await files.exists("photos/none.jpg")


async def test_deleting_twice_is_as_good_as_once(files: Files) -> None:
    await files.put("a/b.txt", b"x")
    await files.delete("a/b.txt")
    await files.delete("a/b.txt")
    assert not await files.exists("a/b.txt")


async def test_no_key_leads_out_of_the_folder(files: Files, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("canary")
    for key in ("../secret", "/../secret", "a/../../secret", "%2e%2e/secret"):
        with pytest.raises(Exception) as refused:  # noqa: PT011 - whichever: the store's own refusal, or Missing
            await files.get(key)
        assert "canary" not in str(refused.value)


def test_keys_are_spread_and_never_repeat() -> None:
    keys = {Files.new_key("photos", "jpg") for _ in range(1000)}
    assert len(keys) == 1000
    assert len({key.split("/")[1] for key in keys}) > 100
