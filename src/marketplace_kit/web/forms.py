"""A form as a page shows it: its fields, what was filled in, and what was wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
from litestar.connection import Request

from marketplace_kit.kernel.errors import Invalid
from marketplace_kit.kernel.fields import Field, Form, fields_of
from marketplace_kit.kernel.ids import secret_token
from marketplace_kit.kernel.money import Money
from marketplace_kit.web.context import visit_of


class Leading(str):
    """A text of a problem that leads somewhere: to what stands in the way."""

    __slots__ = ("href",)

    def __new__(cls, text: str, href: str) -> Leading:
        made = super().__new__(cls, text)
        made.href = href
        return made

    href: str


@attrs.frozen(kw_only=True)
class FormState:
    """What ``ui.form`` needs. ``errors`` maps a field (``""`` = the whole form) to translated texts."""

    fields: tuple[Field, ...]
    values: Mapping[str, Any]
    errors: Mapping[str, list[str]]
    idempotency_key: str
    prefix: str = ""


def form_state(
    request: Request[Any, Any, Any],
    form: type[Form],
    values: Form | Mapping[str, Any] | None = None,
    refused: Invalid | None = None,
    *,
    prefix: str = "",
) -> FormState:
    """The form with what is known so far: a stored Form, what was posted (kept as typed), or the defaults.

    ``prefix`` picks the problems of a form within a form (``attributes``).
    """
    fields = fields_of(form)
    if isinstance(values, Form):
        values = {f.name: shown_value(getattr(values, f.name)) for f in fields}
    elif values is None:
        values = {f.name: shown_value(f.default) for f in fields}
    else:
        values = {f.name: values.get(f.name, "") for f in fields} | {
            k: v for k, v in values.items() if k not in {f.name for f in fields}
        }
    return FormState(
        fields=fields,
        values={k: "" if _is_secret(fields, k) else v for k, v in values.items()},
        errors=errors_of(request, refused, prefix),
        idempotency_key=secret_token(),
        prefix=prefix,
    )


def _is_secret(fields: tuple[Field, ...], name: str) -> bool:
    """A password is never sent back to the page."""
    return any(f.name == name and f.widget == "password" for f in fields)


def errors_of(request: Request[Any, Any, Any], refused: Invalid | None, prefix: str = "") -> dict[str, list[str]]:
    """The problems in the reader's language, by field. The fact ``link`` of one is where it leads."""
    visit = visit_of(request)
    errors: dict[str, list[str]] = {}
    for problem in refused.problems if refused else ():
        name = problem.field
        if prefix:
            if not name.startswith(f"{prefix}."):
                continue
            name = name.removeprefix(f"{prefix}.")
        text, link = visit.site.texts.render(visit.locale, problem.text, problem.facts), problem.facts.get("link")
        visit.retry_after = int(problem.facts.get("retry_after", visit.retry_after))
        errors.setdefault(name, []).append(Leading(text, str(link)) if link else text)
    return errors


def shown_value(value: Any) -> Any:
    """A stored value as its control shows it."""
    if value is None:
        return ""
    if isinstance(value, Money):
        whole, _, fraction = value.decimal().partition(".")
        return whole if not fraction.strip("0") else f"{whole},{fraction}"
    if isinstance(value, bool):
        return value
    return list(value) if isinstance(value, tuple) else str(value)
