"""The e-mail channel: one message per delivery, the same Message-ID at every try."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from email.headerregistry import Address
from email.message import EmailMessage
from html import escape
from pathlib import Path
from urllib.parse import unquote, urlsplit

import aiosmtplib
from email_validator import EmailNotValidError, validate_email

from marketplace_kit.kernel.hooks import Message, Undeliverable
from marketplace_kit.kernel.ids import digest, new_id
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.notifications.domain import one_line
from marketplace_kit.notifications.schemas import MailSettings, OptionalMessage

_PATIENCE = 20.0
_SCHEMES = {"smtp": 25, "smtp+tls": 465}
_OPEN = N_("Open")
_WHY = N_("You get this message because you have an account at {site}.")
_STOP = N_("Stop messages of this kind")


class EmailSender:
    """Sends over SMTP, or into a folder (one ``.eml`` for each message, the embedded default)."""

    async def deliver(self, site: Site, message: Message) -> None:
        settings = site.settings.of(MailSettings)
        mail = compose(site, message, settings.sender)
        scheme, _, rest = settings.url.partition(":")
        if scheme == "file":
            await asyncio.to_thread(_store, Path(rest.removeprefix("//")), message.key, bytes(mail))
        elif scheme in _SCHEMES:
            await _send(settings.url, mail, settings.sender, message.to)
        else:
            raise ValueError(f"mail.url: {scheme} is none of file, {', '.join(_SCHEMES)}")


def compose(site: Site, message: Message, sender: str) -> EmailMessage:
    """The mail: plain text and simple HTML, headers of one line each, links from the configured address of the site."""
    texts, settings = site.texts, site.settings.of(SiteSettings)
    mail = EmailMessage()
    mail["Subject"] = one_line(message.subject)
    mail["From"] = _address(one_line(settings.name), sender)
    mail["To"] = _address(one_line(message.name), message.to)
    mail["Date"] = site.clock.now()
    mail["Message-ID"] = f"<{message.key}@{urlsplit(settings.public_url).hostname}>"
    mail["Auto-Submitted"] = "auto-generated"
    why = texts.render(message.locale, _WHY, {"site": settings.name})
    lines = [message.body, message.link, f"-- \n{why}"]
    footer = escape(why)
    if isinstance(message, OptionalMessage):
        # RFC 2369 and RFC 8058: mail programs show a button for it, and their POST is all it takes.
        mail["List-Unsubscribe"] = f"<{message.stop_link}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        stop = texts.gettext(message.locale, _STOP)
        lines[-1] += f"\n{stop}: {message.stop_link}"
        footer += f'<br><a href="{escape(message.stop_link)}">{escape(stop)}</a>'
    mail.set_content("\n\n".join(line for line in lines if line))
    mail.add_alternative(_html(message, texts.gettext(message.locale, _OPEN), footer), subtype="html")
    mail["Content-Language"] = message.locale  # last: setting a content takes the headers of the former one away
    return mail


def _address(name: str, address: str) -> Address:
    local, _, domain = on_the_wire(address).rpartition("@")
    return Address(display_name=name, username=local, domain=domain)


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


async def _send(url: str, mail: EmailMessage, sender: str, to: str) -> None:
    """One connection, one mail. A 5xx answer about this mail is final, everything else is tried again."""
    where = urlsplit(url)
    tls = where.scheme == "smtp+tls"
    client = aiosmtplib.SMTP(
        hostname=where.hostname or "localhost",
        port=where.port or _SCHEMES[where.scheme],
        username=unquote(where.username) if where.username else None,
        password=unquote(where.password) if where.password else None,
        use_tls=tls,
        timeout=_PATIENCE,
    )
    try:
        await client.connect()
        await client.send_message(mail, sender=sender, recipients=[on_the_wire(to)])
    except aiosmtplib.SMTPRecipientsRefused as refused:
        code = refused.recipients[0].code
        if code >= 500:
            raise Undeliverable(f"the mailbox is refused ({code})") from None
        raise
    except aiosmtplib.SMTPNotSupported:
        raise Undeliverable("the server takes no such address") from None
    except aiosmtplib.SMTPDataError as refused:
        if refused.code >= 500:
            raise Undeliverable(f"the mail is refused ({refused.code})") from None
        raise
    finally:
        # Taken is taken: a line that breaks while parting must not send the mail once more.
        with suppress(aiosmtplib.SMTPException, OSError):
            await client.quit()
        client.close()


def _store(folder: Path, key: str, content: bytes) -> None:
    """Whole or not at all, under a name that is the same at every try."""
    folder.mkdir(parents=True, exist_ok=True)
    name = key if key.replace("-", "").isalnum() else digest(key)
    unfinished = folder / f".{name}.{new_id().hex}"
    unfinished.write_bytes(content)
    os.replace(unfinished, folder / f"{name}.eml")
