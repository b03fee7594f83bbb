from pathlib import Path

import pytest
from click.testing import CliRunner

from marketplace_kit.accounts import queries, services
from marketplace_kit.accounts.plugin import plugin
from marketplace_kit.accounts.plugin.commands import user_command
from marketplace_kit.accounts.services.samples import DEMO_PASSWORD, PEOPLE
from marketplace_kit.kernel.branches import Migrations
from marketplace_kit.kernel.site import Site


async def test_the_demo_has_one_person_for_each_role_however_often_it_is_loaded(site: Site) -> None:
    (sample,) = plugin.mk_samples()
    await sample.load(site)
    await sample.load(site)
    page = await site.ask(queries.people)
    assert sorted(p.email or "" for p in page.items) == sorted(email for email, *_ in PEOPLE)
    for email, *_ in PEOPLE:
        await services.sign_in(site, email=email, password=DEMO_PASSWORD, agent="", address="")
    admin = next(p for p in page.items if p.email == "admin@demo.kz")
    assert admin.roles == ["admin", "customer"]


class FakeDeployment:
    """Stands in for the command line's object: it notes what it was asked to run."""

    def __init__(self) -> None:
        self.ran = 0

    def run(self, act: object) -> str:
        self.ran += 1
        return "an-id"


@pytest.mark.one_engine
def test_a_person_is_made_from_the_command_line_with_a_password_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("a-good-long-password\n", encoding="utf-8")
    deployment = FakeDeployment()
    arguments = ["create", "--email", "a@x.kz", "--name", "A", "--role", "admin", "--password-file", str(file)]
    result = CliRunner().invoke(user_command(), arguments, obj=deployment)
    assert (result.exit_code, result.output) == (0, "a@x.kz can sign in; id an-id\n")
    assert deployment.ran == 1
    wrong = CliRunner().invoke(user_command(), [*arguments, "--role", "king"], obj=deployment)
    assert wrong.exit_code == 2


def test_migrations_go_up_down_and_up_and_tell_the_truth(databases: object, sites: object) -> None:
    registry, _ = sites.boot(environ={"MK_PLUGINS": ""})
    with databases.migrated(registry) as url:
        migrations = Migrations(registry, url)
        assert migrations.differences() == []
        migrations.downgrade("accounts@base")
        migrations.upgrade()
        assert migrations.differences() == []
