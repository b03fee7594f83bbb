"""Every channel of ours keeps what the contract of channels promises, on its simulator and into a folder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from marketplace_kit.accounts.services import create_person
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.notifications.schemas import NewDevice
from marketplace_kit.notifications.services import link_chat, new_link, register_device
from marketplace_kit.notifications.services.mailing import EmailSender
from marketplace_kit.notifications.services.pushing import PushSender
from marketplace_kit.notifications.services.telegramming import TelegramSender
from marketplace_kit.notifications.services.texting import SmsSender
from marketplace_kit.testing.channels import SUBJECT, ChannelContract, Tried
from marketplace_kit.testing.gateways import FakePush, FakeSms, FakeTelegram
from marketplace_kit.testing.mail import FakeMail
from marketplace_kit.testing.sites import Sites

pytestmark = pytest.mark.one_engine
CHAT = 4242


@pytest.fixture
async def person(site: Site) -> UUID:
    return await create_person(site, name="Aigerim", email="a@example.kz", password="a-good-long-password", locale="kk")


async def joined(site: Site, person: UUID) -> None:
    """Link the chat as the bot would: by the code in the link."""
    link = await site.do(new_link, by=Actor(person_id=person))
    assert await site.do(link_chat, link.replace("=", "/").rpartition("/")[2], CHAT) == person


class TestMail(ChannelContract):
    @pytest.fixture
    async def tried(self, site: Site, fake_mail: FakeMail) -> Tried:
        def arrived() -> list[str]:
            first = {str(m["Message-ID"]): m for m in fake_mail.outbox}.values()
            return [str(m.get_body(("plain",)).get_content()) for m in first]

        return Tried(site=site, sender=EmailSender(), to="a@example.kz", arrived=arrived, faults=fake_mail)


class TestSms(ChannelContract):
    @pytest.fixture
    async def gateway(self) -> AsyncIterator[FakeSms]:
        fake = FakeSms()
        async with fake.listening():
            yield fake

    @pytest.fixture
    async def site(self, sites: Sites, gateway: FakeSms) -> AsyncIterator[Site]:
        given = {
            "notifications.sms_url": gateway.url,
            "notifications.sms_login": gateway.LOGIN,
            "notifications.sms_password": gateway.PASSWORD,
        }
        async with sites.open(environ={"MK_PLUGINS": ""}, overrides=given) as opened:
            yield opened

    @pytest.fixture
    async def tried(self, site: Site, gateway: FakeSms) -> Tried:
        return Tried(site=site, sender=SmsSender(), to="+77011234567", arrived=lambda: gateway.arrived, faults=gateway)


class TestPush(ChannelContract):
    @pytest.fixture
    async def service(self) -> AsyncIterator[FakePush]:
        pytest.importorskip("pywebpush", reason="the extra “push” is not installed")
        fake = FakePush()
        async with fake.listening():
            yield fake

    @pytest.fixture
    async def site(self, sites: Sites, service: FakePush) -> AsyncIterator[Site]:
        given = {
            "notifications.push_url": "webpush:",
            "notifications.push_private_key": service.private_key(),
            "notifications.push_hosts": f"127.0.0.1:{service.port}",
        }
        async with sites.open(environ={"MK_PLUGINS": ""}, overrides=given) as opened:
            yield opened

    @pytest.fixture
    async def tried(self, site: Site, service: FakePush, person: UUID) -> Tried:
        await site.do(register_device, NewDevice(**service.browser()), by=Actor(person_id=person))
        # A screen that anybody may see: what it is about, and nothing of what is said.
        return Tried(
            site=site,
            sender=PushSender(),
            to=str(person),
            arrived=lambda: service.arrived,
            faults=service,
            shows=SUBJECT,
            may_double=True,
        )

    async def test_one_device_that_takes_it_is_enough_and_one_that_is_gone_is_forgotten(
        self, site: Site, service: FakePush, person: UUID, tried: Tried
    ) -> None:
        await site.do(register_device, NewDevice(**service.browser("tablet")), by=Actor(person_id=person))
        service.reject(1)
        await tried.deliver(tried.message())
        assert len(service.arrived) == 1
        await tried.deliver(tried.message())
        assert (len(service.arrived), service.attempts) == (2, 3)
        assert all("Тапсырысыңыз" not in told for told in service.arrived)


class TestTelegram(ChannelContract):
    @pytest.fixture
    async def bot(self) -> AsyncIterator[FakeTelegram]:
        pytest.importorskip("telegram", reason="the extra “telegram” is not installed")
        fake = FakeTelegram()
        async with fake.listening():
            yield fake

    @pytest.fixture
    async def site(self, sites: Sites, bot: FakeTelegram) -> AsyncIterator[Site]:
        given = {
            "notifications.telegram_url": bot.url,
            "notifications.telegram_token": bot.TOKEN,
            "notifications.telegram_bot": "kit_bot",
        }
        async with sites.open(environ={"MK_PLUGINS": ""}, overrides=given) as opened:
            yield opened

    @pytest.fixture
    async def tried(self, site: Site, bot: FakeTelegram, person: UUID) -> Tried:
        await joined(site, person)
        return Tried(
            site=site,
            sender=TelegramSender(),
            to=str(person),
            arrived=lambda: bot.arrived,
            faults=bot,
            may_double=True,
        )


@pytest.fixture
async def in_folders(site: Site, person: UUID) -> Site:
    await joined(site, person)
    await site.do(
        register_device, NewDevice(platform="android", token="a-token-of-a-phone"), by=Actor(person_id=person)
    )
    return site


class TestFolders(ChannelContract):
    """Where nothing may leave the machine, each message is a file."""

    @pytest.fixture(params=["sms", "push", "telegram"])
    async def tried(self, request: Any, in_folders: Site, person: UUID, tmp_path: Path) -> Tried:
        def arrived() -> list[str]:
            return [path.read_text() for path in (tmp_path / request.param).glob("*.json")]

        senders: dict[str, Any] = {"sms": SmsSender(), "push": PushSender(), "telegram": TelegramSender()}
        to = "+77011234567" if request.param == "sms" else str(person)
        shows = SUBJECT if request.param == "push" else "Тапсырысыңыз №7 дайын"
        return Tried(site=in_folders, sender=senders[request.param], to=to, arrived=arrived, shows=shows)
