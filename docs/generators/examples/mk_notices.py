from collections.abc import Sequence

from typing_extensions import override

from marketplace_kit.kernel.hooks import Notice, Plugin, PluginInfo, hookimpl
from marketplace_kit.kernel.plugins import boot
from marketplace_kit.kernel.texts import N_, Texts

REMINDER = Notice(
    name="vet.reminder",
    label=N_("Reminder of a visit"),
    subject=N_("Tomorrow: {pet} visits the vet"),
    body=N_("We expect {pet} at {time}."),
    channels=("in_app", "email"),
)


class Vet(Plugin):
    info = PluginInfo(name="vet", version="1.0", label="Vet", summary="Visits to a vet.")

    @hookimpl
    @override
    def mk_notices(self) -> Sequence[Notice]:
        return (REMINDER,)


registry, hooks = boot((), [Vet()])
subject = registry.notices["vet.reminder"].subject
assert Texts().render("en", subject, {"pet": "{0.__class__}"}) == "Tomorrow: {0.__class__} visits the vet"
