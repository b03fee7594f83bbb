"""Reading what was sent: JSON for programs, forms for browsers; malformed input is a clear refusal, never a fault."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from litestar.connection import Request
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.exceptions import SerializationException

from marketplace_kit.kernel.errors import DomainError, Kind
from marketplace_kit.kernel.fields import Form, parse
from marketplace_kit.web.csrf import FIELD, WrongContentType

F = TypeVar("F", bound=Form)
AnyRequest = Request[Any, Any, Any]
_OWN = {FIELD, "idempotency_key"}
_DEEPEST = 32
_JSON = RequestEncodingType.JSON.value
_FORMS = (RequestEncodingType.URL_ENCODED.value, RequestEncodingType.MULTI_PART.value)


class MalformedBody(DomainError):
    code = "malformed_body"
    kind = Kind.MALFORMED
    text = "The body could not be read: {reason}"


async def sent(request: AnyRequest, form: type[F]) -> F:
    """The JSON body as a ``form``. Refuses other content types, bad JSON, deep nesting, and every field that does not
    fit.
    """
    return parse(form, await sent_raw(request), "json")


async def sent_raw(request: AnyRequest) -> dict[str, Any]:
    """The JSON body as an object of plain values, not yet checked against any form."""
    if request.content_type[0] != _JSON:
        raise WrongContentType(expected=_JSON)
    raw = await request.body()
    try:
        value = msgspec.json.decode(raw)
        if not isinstance(value, dict):
            raise MalformedBody(reason="an object is expected")
        _refuse_depth(value, _DEEPEST)
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        raise MalformedBody(reason="not valid JSON") from wrong
    except RecursionError as deep:
        raise MalformedBody(reason="nested too deeply") from deep
    return value


def _refuse_depth(value: Any, left: int) -> None:
    if left == 0:
        raise MalformedBody(reason="nested too deeply")
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in inner:
        if isinstance(item, dict | list):
            _refuse_depth(item, left - 1)


async def posted(request: AnyRequest, form: type[F]) -> F:
    """What a page's form posted, as a ``form``; raises Invalid with every problem."""
    return parse(form, await posted_raw(request), "form")


async def posted_raw(request: AnyRequest) -> dict[str, str | list[str]]:
    """What a page's form posted, field by field, without the page's own hidden fields. Repeated fields become lists."""
    if request.content_type[0] not in _FORMS:
        raise WrongContentType(expected=_FORMS[0])
    try:
        data = await request.form()
    except (SerializationException, UnicodeDecodeError, ValueError) as wrong:
        raise MalformedBody(reason="not a valid form") from wrong
    values: dict[str, str | list[str]] = {}
    for name in data:
        if name not in _OWN:
            texts = [v for v in data.getall(name) if not isinstance(v, UploadFile)]
            if texts:
                values[name] = texts[0] if len(texts) == 1 else texts
    return values
