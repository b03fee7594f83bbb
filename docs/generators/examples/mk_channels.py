from collections.abc import Sequence
from typing import Any

from typing_extensions import override

from marketplace_kit.kernel.hooks import Channel, Message, Plugin, PluginInfo, Undeliverable, hookimpl
from marketplace_kit.kernel.plugins import boot


class Carrier:
    """Sends pigeons. ``message.key`` is the same at every retry: a pigeon that was sent is not sent again."""

    def __init__(self) -> None:
        self.sent: dict[str, Message] = {}

    async def deliver(self, site: Any, message: Message) -> None:
        if not message.to:
            raise Undeliverable("no dovecote")
        self.sent[message.key] = message


class Pigeons(Plugin):
    info = PluginInfo(name="pigeons", version="1.0", label="Pigeons", summary="Notices by air.")

    @hookimpl
    @override
    def mk_channels(self) -> Sequence[Channel]:
        return (Channel(name="pigeons", label="Pigeon", address="phone", sender=Carrier()),)


registry, hooks = boot((), [Pigeons()])
assert registry.channels["pigeons"].address == "phone"
