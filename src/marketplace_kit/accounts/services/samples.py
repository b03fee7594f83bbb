"""The people of the demo, one for each role."""

from __future__ import annotations

from marketplace_kit.accounts.domain import lookup_of
from marketplace_kit.accounts.queries import person_id_by_email
from marketplace_kit.accounts.services.people import create_person
from marketplace_kit.kernel.site import Site

DEMO_PASSWORD = "demo-pass-2026"  # noqa: S105 - printed on the demo's own sign-in page
PEOPLE = (
    ("customer@demo.kz", "Айгерім Сатыбалды", "customer", "kk"),
    ("vendor@demo.kz", "Данияр Оспанов", "vendor", "ru"),
    ("operator@demo.kz", "Марина Ким", "operator", "ru"),
    ("admin@demo.kz", "Ерлан Жумабаев", "admin", "ru"),
)


async def load_people(site: Site) -> None:
    """Four people who can sign in with one password; those who are there already stay as they are."""
    for email, name, role, locale in PEOPLE:
        if await site.ask(person_id_by_email, lookup_of(email)) is None:
            await create_person(site, name=name, email=email, password=DEMO_PASSWORD, roles=(role,), locale=locale)
