"""The e-mail channel: one message per delivery, the same Message-ID at every try."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from email.headerregistry import Address
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import SMTPUTF8, compat32
from email.utils import format_datetime, formataddr
from functools import partial
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email

from marketplace_kit.kernel.hooks import Attachment, Message, Undeliverable
from marketplace_kit.kernel.ids import digest, new_id
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.notifications.domain import one_line
from marketplace_kit.notifications.schemas import MailSettings, OptionalMessage
from marketplace_kit.notifications.services.smtp import PORTS, SmtpLine

_OPEN = N_("Open")
_WHY = N_("You get this message because you have an account at {site}.")
_GUEST_WHY = N_("You get this message because somebody gave this address at {site}.")
_STOP = N_("Stop messages of this kind")


class EmailSender:
    """Sends over SMTP, or into a folder (one ``.eml`` for each message, the embedded default)."""

    async def deliver(self, site: Site, message: Message) -> None:
        async with self.line(site) as deliver:
            await deliver(message)

    @asynccontextmanager
    async def line(self, site: Site) -> AsyncIterator[Callable[[Message], Awaitable[None]]]:
        """One connection for as many mails as are handed over."""
        settings = site.settings.of(MailSettings)
        scheme, _, rest = settings.url.partition(":")
        if scheme == "file":
            yield partial(_keep, site, settings.sender, Path(rest.removeprefix("//")))
        elif scheme in PORTS:
            async with SmtpLine(settings.url) as line:
                yield partial(_post, site, settings.sender, line)
        else:
            raise ValueError(f"mail.url: {scheme} is none of file, {', '.join(PORTS)}")


async def _post(site: Site, sender: str, line: SmtpLine, message: Message) -> None:
    to = on_the_wire(message.to)
    await line.send(compose(site, message, to, sender), sender=sender, to=to)


async def _keep(site: Site, sender: str, folder: Path, message: Message) -> None:
    mail = compose(site, message, on_the_wire(message.to), sender)
    await asyncio.to_thread(_store, folder, message.key, mail.as_bytes())


def compose(site: Site, message: Message, to: str, sender: str) -> MIMEMultipart:
    """The mail: plain text and simple HTML, headers of one line each, links from the configured address of the site."""
    texts, settings = site.texts, site.settings.of(SiteSettings)
    why = texts.render(message.locale, _WHY if message.name else _GUEST_WHY, {"site": settings.name})
    lines = [message.body, message.link, f"-- \n{why}"]
    footer = escape(why)
    # The plain policy: three times as quick as the one that parses each header it is given, and a worker does little
    # else. It cannot write addresses that are not ASCII, so theirs is the policy of RFC 6532.
    kind = "alternative" if message.attachment is None else "mixed"
    mail = MIMEMultipart(kind, policy=compat32 if to.isascii() else SMTPUTF8)
    mail["Subject"] = one_line(message.subject)
    mail["From"] = _address(one_line(settings.name), sender)
    mail["To"] = _address(one_line(message.name), to)
    mail["Date"] = format_datetime(site.clock.now())
    mail["Message-ID"] = f"<{message.key}@{urlsplit(settings.public_url).hostname}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = message.locale
    if isinstance(message, OptionalMessage):
        # RFC 2369 and RFC 8058: mail programs show a button for it, and their POST is all it takes.
        mail["List-Unsubscribe"] = f"<{message.stop_link}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        stop = texts.gettext(message.locale, _STOP)
        lines[-1] += f"\n{stop}: {message.stop_link}"
        footer += f'<br><a href="{escape(message.stop_link)}">{escape(stop)}</a>'
    said = mail if message.attachment is None else MIMEMultipart("alternative", policy=mail.policy)
    said.attach(MIMEText("\n\n".join(line for line in lines if line), "plain", "utf-8"))
    said.attach(MIMEText(_html(message, texts.gettext(message.locale, _OPEN), footer), "html", "utf-8"))
    if message.attachment is not None:
        mail.attach(said)
        mail.attach(_enclosed(message.attachment))
    return mail


def _enclosed(attachment: Attachment) -> MIMEText:
    """The file, with the media type that its maker gave it (RFC 6047 wants the method of an invitation there)."""
    part = MIMEText(attachment.content, "plain", "utf-8")
    part.replace_header("Content-Type", f'{attachment.media_type}; charset="utf-8"')
    part.add_header("Content-Disposition", "attachment", filename=attachment.name)
    return part


def _address(name: str, address: str) -> str:
    if address.isascii():
        return formataddr((name, address))
    local, _, domain = address.rpartition("@")
    return str(Address(display_name=name, username=local, domain=domain))


def on_the_wire(address: str) -> str:
    """The address as servers take it: in ASCII wherever it can be (RFC 5891), else as it is (RFC 6531)."""
    try:
        checked = validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise Undeliverable("no mailbox can have this address") from None
    return checked.ascii_email or checked.normalized


def _html(message: Message, open_: str, footer: str) -> str:
    body = escape(message.body).replace("\n", "<br>")
    link = f'<p><a href="{escape(message.link)}">{escape(open_)}</a></p>' if message.link else ""
    return (
        f'<!doctype html><html lang="{escape(message.locale)}"><head><meta charset="utf-8">'
        f"<title>{escape(message.subject)}</title></head><body><p>{body}</p>{link}<hr><p><small>{footer}</small></p></body></html>"
    )


def _store(folder: Path, key: str, content: bytes) -> None:
    """Whole or not at all, under a name that is the same at every try."""
    folder.mkdir(parents=True, exist_ok=True)
    name = key if key.replace("-", "").isalnum() else digest(key)
    unfinished = folder / f".{name}.{new_id().hex}"
    unfinished.write_bytes(content)
    os.replace(unfinished, folder / f"{name}.eml")
