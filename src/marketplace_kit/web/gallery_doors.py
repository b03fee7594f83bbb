"""The doors to a gallery: a page for people and an API for programs, the same for everything that has photos."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

import attrs
import msgspec
from litestar import delete, get, post, put
from litestar.params import FromPath
from litestar.response import Response

from marketplace_kit.kernel.errors import DomainError, Missing, StaleVersion
from marketplace_kit.kernel.fields import Field, Form
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.registry import Registry
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.web.bodies import MalformedBody, posted, sent_raw
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.galleries import LONGEST_ALT, MOST, VERBS, Gallery, GalleryView
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import PUBLIC, route
from marketplace_kit.web.uploads import ACCEPTED, FIELD, LARGEST_UPLOAD, Refused, refuse, take_photos

MOVED = N_("The photo is now at place {place} of {total}.")
TOO_LATE = N_(
    "Somebody changed these photos in the meantime. This is the newest order: do it again if it is still needed."
)


class PhotoText(Form):
    """What a photo shows, in words."""

    alt: Annotated[
        str,
        Field(
            N_("What the photo shows"),
            max_length=LONGEST_ALT,
            hint=N_("Read aloud to those who cannot see it, for example “Brown labrador puppy on a lawn”."),
        ),
    ] = ""


class PhotoMove(Form):
    """One press of a button beside a photo, made on the order that was shown."""

    version: Annotated[str, Field(N_("Version"), max_length=40)] = ""


@attrs.frozen(kw_only=True)
class Subject:
    """What the photos are of: its name, and the page to go back to."""

    title: str
    href: str


@attrs.frozen(kw_only=True)
class Doors:
    """Where the photos of one kind of thing are reached.

    ``page`` and ``api`` are paths with ``{owner_id:uuid}``. ``subject`` answers a thing to somebody who may change its
    photos and refuses everybody else; ``check_seen`` refuses :class:`Missing` to whoever may not see the thing.
    """

    gallery: Gallery
    page: str
    api: str
    permission: str
    subject: Callable[[Site, Actor, UUID], Awaitable[Subject]]
    check_seen: Callable[[Site, Actor, UUID], Awaitable[None]]

    @property
    def handlers(self) -> tuple[Any, ...]:
        return (*_pages(self), *_api(self))


async def _shown(
    doors: Doors,
    request: WebRequest,
    site: Site,
    actor: Actor,
    owner_id: UUID,
    *,
    problem: DomainError | None = None,
    refused: list[Refused] | None = None,
    status: int = 200,
) -> Response[str]:
    """Context of ``photos.html``: subject, gallery, base, problems (texts), most, accepted, alt_field."""
    visit = visit_of(request)
    subject = await doors.subject(site, actor, owner_id)
    said = [visit.site.texts.render(visit.locale, problem.text, problem.facts)] if problem else []
    said += [f"{r.name}: {site.texts.render(visit.locale, r.why.text, r.why.facts)}" for r in refused or ()]
    return await page(
        request,
        "photos.html",
        status=status,
        page_title=N_("Photos"),
        subject=subject,
        gallery=await site.ask(doors.gallery.view, owner_id),
        base=doors.page.replace("{owner_id:uuid}", str(owner_id)),
        problems=said,
        most=MOST,
        longest_alt=LONGEST_ALT,
        accepted=ACCEPTED,
        field=FIELD,
    )


def _pages(doors: Doors) -> tuple[Any, ...]:
    opt: dict[str, Any] = {**route(doors.permission), "include_in_schema": False}

    @get(doors.page, **opt)
    async def photos_page(
        request: WebRequest, site: Given[Site], actor: Given[Actor], owner_id: FromPath[UUID]
    ) -> Response[str]:
        return await _shown(doors, request, site, actor, owner_id)

    @post(doors.page, **opt, status_code=200, request_max_body_size=LARGEST_UPLOAD)
    async def upload_photos(
        request: WebRequest, site: Given[Site], actor: Given[Actor], owner_id: FromPath[UUID]
    ) -> Response[Any]:
        """Those that can be read are taken; the page says which were not, and why."""
        await doors.subject(site, actor, owner_id)
        try:
            _, refused = await take_photos(request, site, doors.gallery, owner_id, actor)
        except DomainError as why:
            if isinstance(why, Missing):
                raise
            return await _shown(doors, request, site, actor, owner_id, problem=why, status=_STATUS.get(why.code, 422))
        if refused:
            return await _shown(doors, request, site, actor, owner_id, refused=refused, status=422)
        return see_other(request, request.url.path, N_("The photos are there."))

    @post(f"{doors.page}/{{photo_id:uuid}}", **opt, status_code=200)
    async def describe_photo(
        request: WebRequest,
        site: Given[Site],
        actor: Given[Actor],
        owner_id: FromPath[UUID],
        photo_id: FromPath[UUID],
    ) -> Response[Any]:
        form = await posted(request, PhotoText)
        await site.do(doors.gallery.describe, owner_id, photo_id, form.alt, by=actor)
        return see_other(request, f"{_base(doors, owner_id)}#photo-{photo_id}", N_("Saved."))

    @post(f"{doors.page}/{{photo_id:uuid}}/{{verb:str}}", **opt, status_code=200)
    async def move_photo(
        request: WebRequest,
        site: Given[Site],
        actor: Given[Actor],
        owner_id: FromPath[UUID],
        photo_id: FromPath[UUID],
        verb: FromPath[str],
    ) -> Response[Any]:
        """``up``, ``down``, ``first`` or ``delete``; back to the page, at the photo."""
        form = await posted(request, PhotoMove)
        base = _base(doors, owner_id)
        if verb == "delete":
            await site.do(doors.gallery.remove, owner_id, photo_id, by=actor)
            return see_other(request, base, N_("The photo is deleted."))
        if verb not in VERBS:
            raise Missing
        try:
            place = await site.do(doors.gallery.move, owner_id, photo_id, verb, version=form.version, by=actor)
        except StaleVersion:
            return await _shown(doors, request, site, actor, owner_id, problem=_Late(), status=409)
        total = len((await site.ask(doors.gallery.view, owner_id)).items)
        told = site.texts.render(visit_of(request).locale, MOVED, {"place": place, "total": total})
        return see_other(request, f"{base}#photo-{photo_id}", told)

    return photos_page, upload_photos, describe_photo, move_photo


class _Late(StaleVersion):
    text = TOO_LATE


_STATUS = {
    "photos_full": 409,
    "space_used_up": 409,
    "too_many_attempts": 429,
    "too_many_files": 413,
    "storage_full": 507,
    "not_permitted": 403,
}


def _base(doors: Doors, owner_id: UUID) -> str:
    return doors.page.replace("{owner_id:uuid}", str(owner_id))


class NewOrder(msgspec.Struct, forbid_unknown_fields=True):
    """All photos of a gallery, each once, in the order wanted; ``version`` as it was read."""

    order: list[UUID]
    version: str


def _order_schema(_: Registry) -> dict[str, Any]:
    return {
        "title": "NewOrder",
        "type": "object",
        "properties": {
            "order": {"type": "array", "items": {"type": "string", "format": "uuid"}, "maxItems": MOST},
            "version": {"type": "string"},
        },
        "required": ["order", "version"],
        "additionalProperties": False,
    }


def _files_schema(_: Registry) -> dict[str, Any]:
    return {
        "title": "NewPhotos",
        "type": "object",
        "properties": {
            FIELD: {"type": "array", "items": {"type": "string", "format": "binary"}, "minItems": 1, "maxItems": MOST},
            "alt": {"type": "array", "items": {"type": "string", "maxLength": LONGEST_ALT}},
        },
        "required": [FIELD],
    }


def _api(doors: Doors) -> tuple[Any, ...]:
    one = f"{doors.api}/{{photo_id:uuid}}"

    async def view(site: Site, owner_id: UUID) -> GalleryView:
        return await site.ask(doors.gallery.view, owner_id)

    @get(doors.api, **route(PUBLIC, summary="The photos, in their order"))
    async def photos(site: Given[Site], actor: Given[Actor], owner_id: FromPath[UUID]) -> GalleryView:
        await doors.check_seen(site, actor, owner_id)
        return await view(site, owner_id)

    @post(
        doors.api,
        **route(
            doors.permission, openapi_body=_files_schema, openapi_media="multipart/form-data", summary="Add photos"
        ),
        request_max_body_size=LARGEST_UPLOAD,
    )
    async def add_photos(
        request: WebRequest, site: Given[Site], actor: Given[Actor], owner_id: FromPath[UUID]
    ) -> GalleryView:
        """`photos` is repeated for several files, `alt` in the same order. If some cannot be read the others are kept,
        and the 422 names each of those with its own code under `photos.<number>`. A single file is refused with
        `picture_type`, `picture_invalid` or `picture_too_large`.
        """
        await doors.subject(site, actor, owner_id)
        taken, refused = await take_photos(request, site, doors.gallery, owner_id, actor)
        refuse(refused, taken + len(refused))
        return await view(site, owner_id)

    @put(doors.api, **route(doors.permission, openapi_body=_order_schema, summary="Put the photos in another order"))
    async def arrange_photos(
        request: WebRequest, site: Given[Site], actor: Given[Actor], owner_id: FromPath[UUID]
    ) -> GalleryView:
        """The first is the cover. 409 `version_conflict` if somebody changed the photos since `version` was read."""
        raw = await sent_raw(request)
        await doors.subject(site, actor, owner_id)
        try:
            wanted = msgspec.convert(raw, NewOrder)
        except msgspec.ValidationError as wrong:
            raise MalformedBody(reason=str(wrong)[:200]) from wrong
        await site.do(doors.gallery.arrange, owner_id, wanted.order, version=wanted.version, by=actor)
        return await view(site, owner_id)

    @put(one, **route(doors.permission, body=PhotoText, summary="Say what a photo shows"))
    async def describe_photo(
        site: Given[Site],
        actor: Given[Actor],
        owner_id: FromPath[UUID],
        photo_id: FromPath[UUID],
        form: Given[PhotoText],
    ) -> GalleryView:
        await site.do(doors.gallery.describe, owner_id, photo_id, form.alt, by=actor)
        return await view(site, owner_id)

    @delete(one, **route(doors.permission, summary="Delete a photo"), status_code=204)
    async def delete_photo(
        site: Given[Site], actor: Given[Actor], owner_id: FromPath[UUID], photo_id: FromPath[UUID]
    ) -> None:
        """The next one becomes the cover if it was the cover."""
        await site.do(doors.gallery.remove, owner_id, photo_id, by=actor)

    return photos, add_photos, arrange_photos, describe_photo, delete_photo
