"""A family of Atyrau with a poodle, a husky and a cat, and what it shares with a salon."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import attrs

from marketplace_kit.accounts.queries import person_id_by_email
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.shops.queries import own_shops
from marketplace_kit.web.illustrations import illustration
from marketplace_kit.web.uploads import show_photos
from marketplace_pets import services
from marketplace_pets.queries import pets_of
from marketplace_pets.schemas import NewAllergy, NewBehaviour, NewDose, NewMark, NewPet
from marketplace_pets.services.access import CHECK


@attrs.frozen(kw_only=True)
class SamplePet:
    """A pet with what its family noted. ``doses`` are (protocol, days ago, certificate, accepted by the shop)."""

    form: NewPet
    weights: tuple[tuple[int, int], ...]
    """(days ago, grams)"""
    doses: tuple[tuple[str, int, str, bool], ...] = ()
    chip: str = ""
    behaviours: tuple[NewBehaviour, ...] = ()
    allergies: tuple[NewAllergy, ...] = ()
    motif: str = "dog"


def _pets(day: date) -> tuple[SamplePet, ...]:
    return (
        SamplePet(
            form=NewPet(
                name="Buddy",
                species="dog",
                breed="poodle-miniature",
                sex="male_neutered",
                born=day - timedelta(days=1300),
                colour="Абрикосовый",
                diet="Сухой корм, 120 г дважды в день",
                feeding_times="8:00, 19:00",
                home_vet="Клиника «Ақ Табан»",
            ),
            weights=((190, 7_000), (95, 7_100), (8, 7_200)),
            doses=(
                ("rabies", 150, "KZ-0142-77", True),
                ("dog_core", 1200, "KZ-0142-77", True),
                ("dog_core", 1175, "KZ-0142-77", True),
                ("dog_core", 1060, "KZ-0142-77", True),
                ("bordetella", 150, "KZ-0142-77", True),
                ("dog_deworming", 60, "", False),
            ),
            chip="398000012345678",
            behaviours=(NewBehaviour(code="ANXIOUS", comment="Боится громкого фена, помогает лакомство"),),
        ),
        SamplePet(
            form=NewPet(
                name="Алтай",
                species="dog",
                breed="siberian-husky",
                sex="male",
                born=day - timedelta(days=1900),
                colour="Серо-белый",
            ),
            weights=((400, 22_400), (30, 23_000)),
            doses=(("rabies", 40, "KZ-0377-12", False), ("dog_core", 1500, "", False), ("dog_core", 1475, "", False)),
            behaviours=(NewBehaviour(code="ESCAPES", comment="Открывает двери лапой"),),
        ),
        SamplePet(
            form=NewPet(
                name="Мурка",
                species="cat",
                breed="cat-mixed",
                sex="female_spayed",
                born=day - timedelta(days=2200),
                born_precision="year",
                colour="Трёхцветная",
            ),
            weights=((60, 4_100),),
            doses=(("rabies", 345, "KZ-0391-05", True),),
            allergies=(NewAllergy(substance="Курица", reaction="Зуд", severity="mild"),),
            motif="cat",
        ),
    )


async def load_pets(site: Site) -> None:
    """A second loading changes nothing."""
    customer = await site.ask(person_id_by_email, "customer@demo.kz")
    vendor = await site.ask(person_id_by_email, "vendor@demo.kz")
    if customer is None or vendor is None:
        return
    known = await site.ask(pets_of, customer)
    if known:
        return
    shops = await site.ask(own_shops, vendor)
    shop_id = next((s.id for s in shops if "рум" in s.name), shops[0].id if shops else None)
    for sample in _pets(services.today(site)):
        await _load(site, sample, Actor(person_id=customer), vendor, shop_id)


async def _load(site: Site, sample: SamplePet, by: Actor, vendor: UUID, shop_id: UUID | None) -> None:
    pet_id = await site.do(services.register, sample.form, by=by)
    day, now = services.today(site), site.clock.now()
    for days, grams in sample.weights:
        at = now - timedelta(days=days)
        await site.do(services.record_weight, pet_id, grams=grams, by=by, at=at)
    doses = []
    for protocol, days, certificate, _ in sample.doses:
        given = NewDose(
            protocol=protocol, given_on=day - timedelta(days=days), certificate=certificate, clinic="Ақ Табан"
        )
        doses.append(await site.do(services.record_dose, pet_id, given, by=by))
    if sample.chip:
        await site.do(services.add_mark, pet_id, NewMark(value=sample.chip, site="Холка"), by=by)
    for flag in sample.behaviours:
        await site.do(services.flag_behaviour, pet_id, flag, by=by)
    for allergy in sample.allergies:
        await site.do(services.add_allergy, pet_id, allergy, by=by)
    picture = illustration(sample.form.name, sample.motif)
    await show_photos(site, services.PET_PHOTOS, pet_id, [(picture, sample.form.name)], by=by)
    if shop_id is not None:
        scopes = ("vaccinations", "weight", "behaviour")
        await site.do(services.share, pet_id, shop_id=shop_id, scopes=scopes, purpose="Груминг", by=by)
        staff = Actor(person_id=vendor, shops=frozenset({shop_id}), permissions=frozenset({CHECK}))
        for dose_id, (_, _, _, accepted) in zip(doses, sample.doses, strict=True):
            if accepted:
                await site.do(services.verify_dose, dose_id, accepted=True, by=staff)
