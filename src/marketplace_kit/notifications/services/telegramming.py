"""The Telegram channel: messages by a bot, to chats that people linked by its deep link (``/start <code>``)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from importlib.util import find_spec
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.kernel.hooks import Actor, Message, Undeliverable
from marketplace_kit.kernel.ids import digest, secret_token
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.notifications.domain import TelegramNotUsed
from marketplace_kit.notifications.queries import chat_of
from marketplace_kit.notifications.schemas import NotificationSettings
from marketplace_kit.notifications.services.folder import is_folder, keep
from marketplace_kit.notifications.tables import telegram_code_table as code
from marketplace_kit.notifications.tables import telegram_table as telegram
from marketplace_kit.web.identity import sign

CODE_LASTS = timedelta(hours=1)
LONGEST = 4096
_PATIENCE = 10.0


class NotTaken(Exception):
    """Telegram would not take it now."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class TelegramSender:
    """Sends by the bot, or into a folder. The bot's interface takes no key of ours: a lost answer may mean two."""

    async def deliver(self, site: Site, message: Message) -> None:
        settings = site.settings.of(NotificationSettings)
        chat = await site.ask(chat_of, UUID(message.to))
        if chat is None:
            raise Undeliverable("no chat is linked")
        text = text_of(message)
        if is_folder(settings.telegram_url):
            await keep(settings.telegram_url, "telegram", message, chat=chat, text=text)
            return
        if missing := telegram_missing(settings):
            raise NotTaken(missing)
        from telegram.error import BadRequest, Forbidden, InvalidToken, RetryAfter, TelegramError

        try:
            async with _bot(settings) as bot:
                await bot.send_message(chat, text)
        except Forbidden:
            await site.do(_unlink, chat)  # whoever blocked the bot wants no more of it; they may link it again
            raise Undeliverable("the chat is closed") from None
        except BadRequest:
            raise Undeliverable("the message is refused") from None
        except (InvalidToken, RetryAfter, TelegramError) as failed:
            raise NotTaken(type(failed).__name__) from None


@asynccontextmanager
async def _bot(settings: NotificationSettings) -> AsyncIterator[Any]:
    from telegram import Bot
    from telegram.request import HTTPXRequest

    def request() -> HTTPXRequest:
        return HTTPXRequest(connection_pool_size=2, read_timeout=_PATIENCE, connect_timeout=_PATIENCE)

    base = f"{settings.telegram_url.rstrip('/')}/bot"
    bot = Bot(settings.telegram_token, base_url=base, request=request(), get_updates_request=request())
    # Without asking who the bot is first: one request for one message.
    try:
        for used in bot._request:
            await used.initialize()
        yield bot
    finally:
        for used in bot._request:
            await used.shutdown()


def telegram_missing(settings: NotificationSettings) -> str:
    """Why the bot cannot speak; empty if it can."""
    if find_spec("telegram") is None:
        return "the extra “telegram” is not installed"
    return "" if settings.telegram_token else "notifications.telegram_token is not set"


def text_of(message: Message) -> str:
    """Plain text: no markup of ours, and none of anybody's is read."""
    whole = "\n\n".join(part for part in (message.subject, message.body, message.link) if part)
    return whole if len(whole) <= LONGEST else whole[: LONGEST - 1] + "…"


# ── linking ──────────────────────────────────────────────────────────────────────────────────────


async def new_link(uow: UnitOfWork, *, by: Actor) -> str:
    """Where the person opens the chat with the bot: works once, for an hour; a newer link ends an older one.

    Where messages go into a folder there is no bot to talk to: an address of this site stands in for it.
    """
    settings = uow.site.settings.of(NotificationSettings)
    if by.person_id is None or not telegram_offered(uow.site):
        raise TelegramNotUsed
    plain = secret_token()[:64]
    await uow.session.execute(sa.delete(code).where(code.c.person_id == by.person_id))
    values = {"digest": digest(plain), "person_id": by.person_id, "expires_at": uow.at + CODE_LASTS}
    await uow.session.execute(sa.insert(code).values(values))
    if is_folder(settings.telegram_url):
        return f"/account/notices/telegram/{plain}"
    return f"https://t.me/{settings.telegram_bot}?start={plain}"


def telegram_offered(site: Site) -> bool:
    """Whether people can join a chat here."""
    settings = site.settings.of(NotificationSettings)
    return is_folder(settings.telegram_url) or bool(settings.telegram_token and settings.telegram_bot)


def check_pretended(site: Site) -> None:
    """Refuses :class:`TelegramNotUsed` unless messages to Telegram go into a folder."""
    if not is_folder(site.settings.of(NotificationSettings).telegram_url):
        raise TelegramNotUsed


async def link_chat(uow: UnitOfWork, plain: str, chat_id: int) -> UUID | None:
    """Burn the code and link its person with the chat, which is nobody else's from then on; ``None`` for a code that is
    not valid.
    """
    valid = sa.and_(code.c.digest == digest(plain), code.c.expires_at > uow.at)
    person: UUID | None = (
        await uow.session.execute(sa.delete(code).where(valid).returning(code.c.person_id))
    ).scalar_one_or_none()
    if person is None:
        return None
    await uow.session.execute(sa.delete(telegram).where(telegram.c.chat_id == chat_id, telegram.c.person_id != person))
    values = {"chat_id": chat_id, "linked_at": uow.at}
    statement = uow.site.database.insert(telegram).values(person_id=person, **values)
    await uow.session.execute(statement.on_conflict_do_update(index_elements=["person_id"], set_=values))
    return person


async def unlink(uow: UnitOfWork, *, by: Actor) -> None:
    """Again without harm."""
    await uow.session.execute(sa.delete(telegram).where(telegram.c.person_id == by.person_id))


async def _unlink(uow: UnitOfWork, chat_id: int) -> None:
    await uow.session.execute(sa.delete(telegram).where(telegram.c.chat_id == chat_id))


def webhook_secret(site: Site) -> str:
    """What Telegram sends along with each update (``secret_token`` of setWebhook), so that nobody else can."""
    return sign(site, "notifications.telegram", "webhook")


async def take_update(site: Site, update: Any) -> str:
    """What somebody wrote to the bot: ``/start <code>`` links, ``/stop`` unlinks. Answers what was done."""
    message = update.get("message") if isinstance(update, dict) else None
    chat = message.get("chat", {}).get("id") if isinstance(message, dict) else None
    text = str(message.get("text", "")) if isinstance(message, dict) else ""
    if not isinstance(chat, int):
        return "ignored"
    word, _, rest = text.partition(" ")
    if word == "/start" and rest:
        return "linked" if await site.do(link_chat, rest.strip()[:64], chat) else "refused"
    if word == "/stop":
        await site.do(_unlink, chat)
        return "unlinked"
    return "ignored"


async def announce_webhook(site: Site) -> None:
    """Tell Telegram where updates go. Done by a job once a day, and harmless when repeated."""
    settings = site.settings.of(NotificationSettings)
    public_url = site.settings.of(SiteSettings).public_url.rstrip("/")
    if is_folder(settings.telegram_url) or telegram_missing(settings) or not public_url.startswith("https://"):
        return
    async with _bot(settings) as bot:
        await bot.set_webhook(
            f"{public_url}/api/notifications/telegram", secret_token=webhook_secret(site), allowed_updates=["message"]
        )


async def tidy_codes(uow: UnitOfWork) -> None:
    await uow.session.execute(sa.delete(code).where(code.c.expires_at < uow.at))
