"""Messages into a folder, one file for each, whole or not at all: how a channel works where nothing may leave."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import msgspec
import structlog

from marketplace_kit.kernel.hooks import Message
from marketplace_kit.kernel.ids import digest, new_id

log = structlog.get_logger(__name__)


def is_folder(url: str) -> bool:
    return url.startswith("file:")


async def keep(url: str, channel: str, message: Message, **told: Any) -> None:
    """Write the message under a name that is the same at every try, and say so in the log - without its text."""
    folder = Path(url.removeprefix("file:").removeprefix("//"))
    content = {"key": message.key, "to": message.to, "locale": message.locale, **told}
    path = await asyncio.to_thread(_write, folder, message.key, msgspec.json.format(msgspec.json.encode(content)))
    log.info("message.kept", channel=channel, file=str(path))


def _write(folder: Path, key: str, content: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    name = key if key.replace("-", "").isalnum() else digest(key)
    unfinished, finished = folder / f".{name}.{new_id().hex}", folder / f"{name}.json"
    unfinished.write_bytes(content)
    os.replace(unfinished, finished)
    return finished
