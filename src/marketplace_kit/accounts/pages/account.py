"""Pages: the account - what one says about oneself, and what secures it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import attrs
from babel import Locale
from litestar import get, post
from litestar.connection import Request
from litestar.params import FromPath
from litestar.response import Response

from marketplace_kit.accounts import queries, schemas, services
from marketplace_kit.accounts.domain import PasswordNeeded, masked_address, shown_phone
from marketplace_kit.accounts.pages.doors import as_problem, remember_phone, status_of
from marketplace_kit.accounts.services.asking import keep_preferences, me_of, network_address, preferences_of
from marketplace_kit.kernel.errors import DomainError, Invalid, Missing
from marketplace_kit.kernel.fields import Choice, Field, parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, visit_of
from marketplace_kit.web.forms import FormState, form_state
from marketplace_kit.web.identity import set_session_cookie
from marketplace_kit.web.limits import TooMany
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import SIGNED_IN, route

AnyRequest = Request[Any, Any, Any]
PROFILE, SECURITY, ADDRESSES = "/account/profile", "/account/security", "/account/addresses"


@get("/account", **route(SIGNED_IN), include_in_schema=False)
async def account_page(request: AnyRequest, site: Given[Site], actor: Given[Actor]) -> Response[str]:
    """What there is, and what would make it complete."""
    me = await me_of(site, actor)
    steps = _steps(me, bool(await site.ask(queries.addresses_of, me.id)))
    phone = shown_phone(me.phone) if me.phone else ""
    done = sum(step.done for step in steps)
    return await page(
        request, "accounts/account.html", page_title=N_("My account"), me=me, steps=steps, done=done, phone=phone
    )


@attrs.frozen
class Step:
    """Something that makes a profile complete; derived, never stored."""

    text: str
    done: bool
    href: str


def _steps(me: schemas.Me, has_address: bool) -> list[Step]:
    return [
        Step(N_("Confirm your e-mail address"), me.email_verified, SECURITY),
        Step(N_("Confirm your phone number"), me.phone_verified, SECURITY),
        Step(N_("Say where you live"), bool(me.city), PROFILE),
        Step(N_("Keep an address for visits and deliveries"), has_address, ADDRESSES),
        Step(N_("Tell a little about yourself"), bool(me.about), PROFILE),
        Step(N_("Choose what interests you"), bool(me.interests), PROFILE),
    ]


@get(PROFILE, **route(SIGNED_IN), include_in_schema=False)
async def profile_page(request: AnyRequest, site: Given[Site], actor: Given[Actor]) -> Response[str]:
    return await _profile_page(request, site, actor)


async def _profile_page(
    request: AnyRequest, site: Site, actor: Actor, raw: Any = None, refused: Invalid | None = None
) -> Response[str]:
    me, preferences = await me_of(site, actor), await preferences_of(site, actor)
    known = {f: getattr(me, f) or "" for f in ("name", "locale", "country", "city", "about")}
    known["currency"] = me.currency or site.settings.of(SiteSettings).currency
    texts, locale = site.texts, visit_of(request).locale
    kinds = [(k.name, texts.gettext(locale, k.plural), k.name in me.interests) for k in _kinds(site)]
    return await page(
        request,
        "accounts/profile.html",
        status=422 if refused else 200,
        page_title=N_("Profile"),
        form=_with_countries(form_state(request, schemas.Profile, raw or known, refused), locale),
        me=me,
        kinds=kinds,
        marketing=preferences.marketing,
    )


def _kinds(site: Site) -> list[Any]:
    return [site.registry.listing_kinds[name] for name in sorted(site.registry.listing_kinds)]


def _with_countries(state: FormState, locale: str) -> FormState:
    """The same form, where a country is chosen by its name in the reader's language."""
    names = Locale.parse(locale).territories
    countries = sorted(
        ((code, name) for code, name in names.items() if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRY),
        key=lambda pair: (pair[0] != "KZ", pair[1]),
    )
    choices = tuple(Choice(code, name) for code, name in countries)

    def chosen(field: Field) -> Field:
        return attrs.evolve(field, choices=choices, hint="") if field.name == "country" else field

    return attrs.evolve(state, fields=tuple(chosen(f) for f in state.fields))


_NO_COUNTRY = {"EU", "EZ", "UN", "QO", "ZZ", "XA", "XB"}


@post(PROFILE, **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def change_profile(request: AnyRequest, site: Given[Site], actor: Given[Actor]) -> Response[Any]:
    raw = await posted_raw(request)
    try:
        await site.do(services.change_profile, parse(schemas.Profile, raw, "form"), by=actor)
    except Invalid as refused:
        return await _profile_page(request, site, actor, raw, refused)
    return see_other(request, PROFILE, N_("Saved."))


@post("/account/interests", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def change_interests(request: AnyRequest, site: Given[Site], actor: Given[Actor]) -> Response[Any]:
    raw = await posted_raw(request)
    chosen = raw.get("interests", [])
    interests = [chosen] if isinstance(chosen, str) else list(chosen)
    me = await me_of(site, actor)
    form = schemas.Preferences(
        locale=me.locale,
        currency=me.currency,
        country=me.country,
        city=me.city,
        marketing=bool(raw.get("marketing")),
    )
    locale = visit_of(request).locale
    await site.do(keep_preferences, form, interests, by=actor, locale=locale, way="profile_page")
    return see_other(request, PROFILE, N_("Saved."))


@get(ADDRESSES, **route(SIGNED_IN), include_in_schema=False)
async def addresses_page(request: AnyRequest, site: Given[Site], actor: Given[Actor]) -> Response[str]:
    return await _addresses_page(request, site, actor)


async def _addresses_page(
    request: AnyRequest, site: Site, actor: Actor, raw: Any = None, refused: DomainError | None = None
) -> Response[str]:
    me = await me_of(site, actor)
    known = raw or {"country": me.country or "KZ", "city": me.city or ""}
    state = form_state(request, schemas.NewAddress, known, as_problem(refused) if refused else None)
    return await page(
        request,
        "accounts/addresses.html",
        status=422 if refused else 200,
        page_title=N_("Addresses"),
        form=_with_countries(state, visit_of(request).locale),
        addresses=await site.ask(queries.addresses_of, me.id),
    )


@post(ADDRESSES, **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def add_address(request: AnyRequest, site: Given[Site], actor: Given[Actor]) -> Response[Any]:
    raw = await posted_raw(request)
    try:
        await site.do(services.add_address, parse(schemas.NewAddress, raw, "form"), by=actor)
    except DomainError as refused:
        return await _addresses_page(request, site, actor, raw, refused)
    return see_other(request, ADDRESSES, N_("Saved."))


@get(f"{ADDRESSES}/{{address_id:uuid}}", **route(SIGNED_IN), include_in_schema=False)
async def address_page(
    request: AnyRequest, site: Given[Site], actor: Given[Actor], address_id: FromPath[UUID]
) -> Response[str]:
    return await _address_page(request, site, actor, address_id)


async def _address_page(
    request: AnyRequest, site: Site, actor: Actor, address_id: UUID, raw: Any = None, refused: Invalid | None = None
) -> Response[str]:
    me = await me_of(site, actor)
    one = next((a for a in await site.ask(queries.addresses_of, me.id) if a.id == address_id), None)
    if one is None:
        raise Missing
    known: Mapping[str, Any] = {f: getattr(one, f) or "" for f in one.__struct_fields__}
    state = form_state(request, schemas.NewAddress, raw or known, refused)
    return await page(
        request,
        "accounts/address.html",
        status=422 if refused else 200,
        page_title=N_("Change the address"),
        form=_with_countries(state, visit_of(request).locale),
        action=f"{ADDRESSES}/{address_id}",
    )


@post(f"{ADDRESSES}/{{address_id:uuid}}", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def edit_address(
    request: AnyRequest, site: Given[Site], actor: Given[Actor], address_id: FromPath[UUID]
) -> Response[Any]:
    raw = await posted_raw(request)
    try:
        await site.do(services.edit_address, address_id, parse(schemas.NewAddress, raw, "form"), by=actor)
    except Invalid as refused:
        return await _address_page(request, site, actor, address_id, raw, refused)
    return see_other(request, ADDRESSES, N_("Saved."))


@post(f"{ADDRESSES}/{{address_id:uuid}}/default", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def choose_address(
    request: AnyRequest, site: Given[Site], actor: Given[Actor], address_id: FromPath[UUID]
) -> Response[Any]:
    await site.do(services.choose_address, address_id, by=actor)
    return see_other(request, ADDRESSES, N_("Saved."))


@post(f"{ADDRESSES}/{{address_id:uuid}}/remove", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def remove_address(
    request: AnyRequest, site: Given[Site], actor: Given[Actor], address_id: FromPath[UUID]
) -> Response[Any]:
    await site.do(services.remove_address, address_id, by=actor)
    return see_other(request, ADDRESSES, N_("The address is removed."))


@post("/account/location/forget", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def forget_location(request: AnyRequest, site: Given[Site], actor: Given[Actor]) -> Response[Any]:
    await site.do(services.forget_location, by=actor)
    return see_other(request, PROFILE, N_("Forgotten."))


@get(SECURITY, **route(SIGNED_IN), include_in_schema=False)
async def security_page(request: AnyRequest, site: Given[Site], actor: Given[Actor]) -> Response[str]:
    return await _security_page(request, site, actor)


async def _security_page(
    request: AnyRequest, site: Site, actor: Actor, which: str = "", raw: Any = None, refused: DomainError | None = None
) -> Response[str]:
    """Three small forms; the one that was refused keeps what was typed."""
    me = await me_of(site, actor)
    sessions = await site.ask(queries.sign_ins_of, me.id, site.clock.now(), actor.session_id)
    forms = {
        name: form_state(
            request,
            form,
            raw if name == which else None,
            as_problem(refused, proof) if refused and name == which else None,
        )
        for name, (form, proof) in _SECURING.items()
    }
    return await page(
        request,
        "accounts/security.html",
        status=status_of(refused) if refused else 200,
        page_title=N_("Sign-in and security"),
        me=me,
        phone=shown_phone(me.phone) if me.phone else "",
        forms=forms,
        sessions=[(one, masked_address(one.address)) for one in sessions],
        wrong=refused is not None,
    )


_SECURING: dict[str, tuple[Any, str]] = {
    "password": (schemas.PasswordChange, "current_password"),
    "email": (schemas.EmailChange, "password"),
    "phone": (schemas.PhoneChange, "password"),
}
_LINK_SENT = N_("Open the link in the mail that we sent to the new address. Until then the old one counts.")
_REFUSED = (Invalid, PasswordNeeded, TooMany)


@post(f"{SECURITY}/password", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def change_password(request: AnyRequest, site: Given[Site], actor: Given[Actor]) -> Response[Any]:
    """This browser goes on under a new sign-in; all others end."""
    raw = await posted_raw(request)
    try:
        form = parse(schemas.PasswordChange, raw, "form")
        opened = await services.change_password(
            site,
            current=form.current_password,
            password=form.password,
            by=actor,
            agent=request.headers.get("user-agent", ""),
            address=network_address(request),
        )
    except _REFUSED as refused:
        return await _security_page(request, site, actor, "password", raw, refused)
    response = see_other(request, SECURITY, N_("Your password is changed. All other devices are signed out."))
    set_session_cookie(response, site, opened.cookie)
    return response


@post(f"{SECURITY}/email", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def change_email(request: AnyRequest, site: Given[Site], actor: Given[Actor]) -> Response[Any]:
    raw = await posted_raw(request)
    try:
        form = parse(schemas.EmailChange, raw, "form")
        await services.change_email(site, email=form.email, password=form.password, by=actor)
    except _REFUSED as refused:
        return await _security_page(request, site, actor, "email", raw, refused)
    return see_other(
        request,
        SECURITY,
        _LINK_SENT,
    )


@post(f"{SECURITY}/phone", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def change_phone(request: AnyRequest, site: Given[Site], actor: Given[Actor]) -> Response[Any]:
    raw = await posted_raw(request)
    try:
        form = parse(schemas.PhoneChange, raw, "form")
        address = network_address(request)
        await services.change_phone(site, phone=form.phone, password=form.password, by=actor, address=address)
    except _REFUSED as refused:
        return await _security_page(request, site, actor, "phone", raw, refused)
    remember_phone(request, form.phone)
    return see_other(request, "/verify-phone", N_("Type in the code that we sent to the new number."))


@post("/account/sessions/{session_id:uuid}/end", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def end_session(
    request: AnyRequest, site: Given[Site], actor: Given[Actor], session_id: FromPath[UUID]
) -> Response[Any]:
    await site.do(services.end_session, session_id, by=actor)
    return see_other(request, SECURITY, N_("That device is signed out."))


@post("/account/sessions/end-others", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def end_other_sessions(request: AnyRequest, site: Given[Site], actor: Given[Actor]) -> Response[Any]:
    await site.do(services.end_other_sessions, by=actor)
    return see_other(request, SECURITY, N_("All other devices are signed out."))


handlers = (
    account_page,
    profile_page,
    change_profile,
    change_interests,
    addresses_page,
    add_address,
    address_page,
    edit_address,
    choose_address,
    remove_address,
    forget_location,
    security_page,
    change_password,
    change_email,
    change_phone,
    end_session,
    end_other_sessions,
)
