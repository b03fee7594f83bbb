"""Push messages to browsers (RFC 8030, 8291, 8292) and, over a gateway, to phone apps. They carry no private detail: a
push is read on a locked screen, and passes through somebody else's service.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import msgspec
import sqlalchemy as sa

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor, Message, Undeliverable
from marketplace_kit.kernel.ids import digest, new_id
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.notifications.domain import DeviceKind, TooManyDevices, UnknownPushService
from marketplace_kit.notifications.queries import push_addresses
from marketplace_kit.notifications.schemas import NewDevice, NotificationSettings, PushAddress
from marketplace_kit.notifications.services.folder import is_folder, keep
from marketplace_kit.notifications.tables import device_table as device

MOST_DEVICES = 20
_PATIENCE = 10.0
_LIVES = 24 * 3600
"""Seconds that a push service keeps a message for a device that is off."""
_GONE = {404, 410}
_PLATFORMS = {DeviceKind.IOS: 1, DeviceKind.ANDROID: 2}


class NotPushed(Exception):
    """No device took it; to be tried again."""

    def __init__(self, code: int | str) -> None:
        super().__init__(str(code))
        self.code = code


class PushSender:
    """Sends to every device of a person. One that takes it is enough: the others are not tried again for its sake."""

    async def deliver(self, site: Site, message: Message) -> None:
        settings = site.settings.of(NotificationSettings)
        devices = await site.ask(push_addresses, UUID(message.to))
        if not devices:
            raise Undeliverable("no device is registered")
        told = shown_of(site, message)
        if is_folder(settings.push_url):
            await keep(settings.push_url, "push", message, devices=[str(d.id) for d in devices], shown=told)
            return
        answers = await asyncio.gather(*(_push(settings, d, told) for d in devices))
        if gone := [d.id for d, answer in zip(devices, answers, strict=True) if answer in _GONE]:
            await site.do(_forget, gone)
        if 201 not in answers:
            if len(gone) == len(devices):
                raise Undeliverable("every device is gone")
            raise NotPushed(next(a for a in answers if a not in _GONE))


def shown_of(site: Site, message: Message) -> dict[str, str]:
    """What the screen shows: the kind of news and where to read it, never the news itself."""
    name = site.settings.of(SiteSettings).name
    return {"title": name, "body": message.subject, "url": message.link, "tag": message.key}


async def _push(settings: NotificationSettings, address: PushAddress, told: dict[str, str]) -> int | str:
    """201 if it was taken, the service's answer or what went wrong else."""
    try:
        if address.kind == DeviceKind.WEB:
            return await _to_browser(settings, address, told)
        return await _to_gateway(settings, address, told)
    except (httpx.HTTPError, OSError, TimeoutError) as failed:
        return type(failed).__name__


async def _to_browser(settings: NotificationSettings, address: PushAddress, told: dict[str, str]) -> int | str:
    if missing := push_missing(settings):
        return missing
    # An extra: the channel says so where it is missing, and the site runs.
    from py_vapid import Vapid
    from pywebpush import WebPusher

    where = urlsplit(address.endpoint)
    vapid = Vapid.from_string(settings.push_private_key)
    claims = {"sub": settings.push_subject, "aud": f"{where.scheme}://{where.netloc}"}
    keys = {"endpoint": address.endpoint, "keys": {"p256dh": address.p256dh, "auth": address.auth}}
    sealed = WebPusher(keys).encode(msgspec.json.encode(told), content_encoding="aes128gcm")
    headers = {"ttl": str(_LIVES), "content-encoding": "aes128gcm", "urgency": "normal", **vapid.sign(claims)}
    async with httpx.AsyncClient(timeout=_PATIENCE, follow_redirects=False) as client:
        answer = await client.post(address.endpoint, content=sealed["body"], headers=headers)
    return 201 if answer.is_success else answer.status_code


async def _to_gateway(settings: NotificationSettings, address: PushAddress, told: dict[str, str]) -> int | str:
    """A gorush server (github.com/appleboy/gorush), which speaks to the phones' own services."""
    if not settings.push_gateway:
        return "no gateway for phone apps is set"
    one = {
        "tokens": [address.endpoint],
        "platform": _PLATFORMS[DeviceKind(address.kind)],
        "title": told["title"],
        "message": told["body"],
        "data": {"url": told["url"]},
    }
    async with httpx.AsyncClient(timeout=_PATIENCE) as client:
        answer = await client.post(settings.push_gateway, json={"notifications": [one]})
    return 201 if answer.is_success else answer.status_code


def push_missing(settings: NotificationSettings) -> str:
    """Why browsers cannot be reached; empty if they can."""
    if find_spec("pywebpush") is None:
        return "the extra “push” is not installed"
    return "" if settings.push_private_key else "notifications.push_private_key is not set"


def push_key_of(site: Site) -> str:
    """What a browser needs to subscribe (the VAPID public key); empty where it cannot."""
    settings = site.settings.of(NotificationSettings)
    if is_folder(settings.push_url) or push_missing(settings):
        return ""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from py_vapid import Vapid
    from py_vapid.utils import b64urlencode

    point = Vapid.from_string(settings.push_private_key).public_key.public_bytes(
        Encoding.X962, PublicFormat.UncompressedPoint
    )
    shown: str = b64urlencode(point)
    return shown


async def register_device(uow: UnitOfWork, new: NewDevice, *, by: Actor) -> UUID:
    """Add a device, or take it over: a device belongs to whoever registered it last. Once more changes nothing.

    Refuses :class:`UnknownPushService`, :class:`TooManyDevices`.
    """
    if by.person_id is None:
        raise Missing
    settings = uow.site.settings.of(NotificationSettings)
    is_web = new.platform == DeviceKind.WEB
    if is_web and not (new.p256dh and new.auth and is_known_service(settings, new.token)):
        raise UnknownPushService
    count = sa.select(sa.func.count()).where(device.c.person_id == by.person_id)
    if int((await uow.session.execute(count)).scalar_one()) >= MOST_DEVICES:
        raise TooManyDevices
    values: dict[str, Any] = {
        "person_id": by.person_id,
        "endpoint": new.token,
        "kind": new.platform,
        "p256dh": new.p256dh if is_web else None,
        "auth": new.auth if is_web else None,
        "label": new.label or "",
    }
    statement = uow.site.database.insert(device).values(
        id=new_id(), endpoint_digest=digest(new.token), added_at=uow.at, **values
    )
    statement = statement.on_conflict_do_update(index_elements=["endpoint_digest"], set_=values)
    found: UUID = (await uow.session.execute(statement.returning(device.c.id))).scalar_one()
    return found


def is_known_service(settings: NotificationSettings, endpoint: str) -> bool:
    """Whether we may call this address: it came from outside, and a request of ours could reach what it cannot."""
    where = urlsplit(endpoint)
    if not endpoint.isascii() or where.username or where.password or "\\" in endpoint:
        return False
    for known in settings.push_hosts.split(","):
        name = known.strip()
        if where.netloc == name and (where.scheme == "https" or name.startswith("127.0.0.1:")):
            return True
        if name.startswith("*.") and where.scheme == "https" and where.netloc.endswith(name[1:]):
            return True
    return False


async def remove_device(uow: UnitOfWork, device_id: UUID, *, by: Actor) -> None:
    """Refuses :class:`Missing` for anybody else's."""
    mine = sa.and_(device.c.id == device_id, device.c.person_id == by.person_id)
    if (await uow.session.execute(sa.delete(device).where(mine).returning(device.c.id))).first() is None:
        raise Missing


async def _forget(uow: UnitOfWork, devices: Sequence[UUID]) -> None:
    await uow.session.execute(sa.delete(device).where(device.c.id.in_(devices)))
