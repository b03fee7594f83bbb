"""Listings as a sheet: rows of a CSV file that Excel and LibreOffice open, and back again without loss."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import attrs
import msgspec

from marketplace_kit.kernel.errors import DomainError, Invalid, Kind, Problem
from marketplace_kit.kernel.fields import Field, Form, fields_of, parse
from marketplace_kit.kernel.fields.reading import TEXTS
from marketplace_kit.kernel.hooks import ListingKind
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.texts import LOCALES, N_
from marketplace_kit.listings.schemas.drafts import PREFIX, Offer

WORDS = ("titles", "descriptions")
COMMON = (
    *("id", "kind", "state", "language", "title", "description"),
    *(f"{name}.{language}" for language in LOCALES for name in WORDS),
    "price",
)
"""``title`` and ``description`` are in ``language``; ``titles.kk`` and so on are those in the others."""
MOST_ROWS, MOST_BYTES = 5_000, 4_000_000
_OF_OFFER = tuple(name for name in COMMON if name not in ("id", "kind", "state"))
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_QUOTED_FORMULA = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")
_SEVERAL = "|"
_YES, _NO = "yes", "no"
_UNKNOWN_COLUMN = N_("There is no such column here.")
_NOT_YOURS = N_("There is no listing with this id in this shop.")
_TWICE = N_("This listing stands in an earlier line already.")
_OTHER_KIND = N_("A listing keeps its kind.")
_TOO_MANY = N_("Please send at most {most} lines at once.")


class NotASheet(DomainError):
    code = "not_a_sheet"
    kind = Kind.INVALID
    text = N_("This is no CSV file with a line of column names: {why}")


class RowProblem(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with one cell; lines are counted as a sheet counts them, the column names being line 1."""

    line: int
    column: str
    code: str
    text: str


class ImportReport(msgspec.Struct, frozen=True, kw_only=True):
    """What an import does, or would do (``dry_run``). With problems nothing is stored."""

    dry_run: bool
    made: int
    changed: int
    unchanged: int
    problems: list[RowProblem]


@attrs.frozen(kw_only=True)
class Row:
    """One line of a sheet, checked whole. Without an id it is a new draft."""

    line: int
    kind: str
    offer: Offer
    attributes: Form
    listing_id: UUID | None = None


def written(rows: Iterable[Mapping[str, Any]], kinds: Mapping[str, ListingKind]) -> str:
    """Stored listings as CSV. A cell that a sheet would take for a formula is led by an apostrophe."""
    rows = list(rows)
    used = dict.fromkeys(row["kind"] for row in rows if row["kind"] in kinds)
    columns = dict.fromkeys(f"{PREFIX}.{f.name}" for name in used for f in fields_of(kinds[name].attributes))
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_MINIMAL)
    writer.writerow((*COMMON, *columns))
    for row in rows:
        if row["kind"] not in used:
            continue
        price = "" if row["price_amount"] is None else Money(row["price_amount"], row["price_currency"]).decimal()
        own = {
            f"{PREFIX}.{f.name}": _cell(f, row["attributes"].get(f.name))
            for f in fields_of(kinds[row["kind"]].attributes)
        }
        head = (str(row["id"]), row["kind"], row["state"], row["language"], row["title"], row["description"])
        others = (row[name].get(language, "") for language in LOCALES for name in WORDS)
        cells = (*head, *others, price)
        writer.writerow([shielded(cell) for cell in (*cells, *(own.get(name, "") for name in columns))])
    return "\ufeff" + out.getvalue()


def _cell(field: Field, stored: Any) -> str:
    if stored is None:
        return ""
    if isinstance(stored, bool):
        return _YES if stored else _NO
    if isinstance(stored, list):
        return _SEVERAL.join(str(v) for v in stored)
    if isinstance(stored, dict):
        return Money(stored["amount"], stored["currency"]).decimal()
    return str(stored)


def shielded(cell: str) -> str:
    """A cell that no sheet executes (CWE-1236)."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unshielded(cell: str) -> str:
    return cell[1:] if _QUOTED_FORMULA.match(cell) else cell


def decoded(content: bytes) -> str:
    """The text of a file: UTF-8 with or without its mark, UTF-16 with one, or what Excel writes on a Russian Windows.
    Refuses :class:`NotASheet`.
    """
    if len(content) > MOST_BYTES:
        raise NotASheet(why=f"> {MOST_BYTES} bytes")
    for encoding in ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1251"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise NotASheet(why="UTF-8?")


class Sheet:
    """A CSV text read line by line; every problem is kept, with its line and column."""

    def __init__(self, text: str, kinds: Mapping[str, ListingKind]) -> None:
        self._kinds = kinds
        self.problems: list[tuple[int, Problem]] = []
        self.rows: list[Row] = []
        lines = self._lines(text.removeprefix("\ufeff"))
        header = [name.strip().casefold() for name in lines[0][1]]
        if "title" not in header:
            raise NotASheet(why="title?")
        self._check_header(header)
        if len(lines) - 1 > MOST_ROWS:
            self.problems.append((1, Problem("", "too_many", _TOO_MANY, {"most": MOST_ROWS})))
            return
        for line, cells in lines[1:]:
            given = {name: unshielded(cell) for name, cell in zip(header, cells, strict=False) if name}
            self._read(line, given)

    def _lines(self, text: str) -> list[tuple[int, list[str]]]:
        head = text.split("\n", 1)[0]
        delimiter = max(",;\t", key=head.count)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        found: list[tuple[int, list[str]]] = []
        try:
            before = 0
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    found.append((before + 1, cells))
                before = reader.line_num
        except csv.Error as wrong:
            raise NotASheet(why=f"{reader.line_num}: {wrong}") from wrong
        if not found:
            raise NotASheet(why="0")
        return found

    def _check_header(self, header: Sequence[str]) -> None:
        own = {f"{PREFIX}.{f.name}" for kind in self._kinds.values() for f in fields_of(kind.attributes)}
        for name in header:
            if name and name not in own and name not in COMMON:
                self.problems.append((1, Problem(name[:80], "unknown_column", _UNKNOWN_COLUMN)))

    def wrong(self, line: int, column: str, code: str, text: str) -> None:
        self.problems.append((line, Problem(column, code, text)))

    def _read(self, line: int, given: Mapping[str, str]) -> None:
        kind = self._kinds.get(given.get("kind", "").strip())
        if kind is None:
            self.wrong(line, "kind", "not_a_choice", TEXTS["not_a_choice"])
        listing_id = self._id(line, given.get("id", "").strip())
        asked = {"title": "", "description": "", "price": ""} | {n: given[n] for n in _OF_OFFER if n in given}
        offer = self._parsed(line, Offer, asked, "")
        if kind is None:
            return
        fields = fields_of(kind.attributes)
        raw = {f.name: _typed(f, given[f"{PREFIX}.{f.name}"]) for f in fields if f"{PREFIX}.{f.name}" in given}
        attributes = self._parsed(line, kind.attributes, raw, PREFIX)
        if offer is not None and attributes is not None:
            row = Row(line=line, kind=kind.name, offer=offer, attributes=attributes, listing_id=listing_id)
            self.rows.append(row)

    def _id(self, line: int, text: str) -> UUID | None:
        try:
            found = UUID(text) if text else None
        except ValueError:
            self.wrong(line, "id", "unknown_listing", _NOT_YOURS)
            return None
        if found is not None and any(row.listing_id == found for row in self.rows):
            self.wrong(line, "id", "twice", _TWICE)
        return found

    def _parsed(self, line: int, form: type[Any], raw: Mapping[str, Any], prefix: str) -> Any:
        try:
            return parse(form, raw, "form")
        except Invalid as invalid:
            self.problems += [(line, p) for p in (invalid.under(prefix) if prefix else invalid).problems]
            return None

    def check_known(self, known: Mapping[UUID, str]) -> None:
        """That every id is one of the shop's (``known``: its kinds by id), and keeps its kind."""
        for row in self.rows:
            if row.listing_id is None:
                continue
            if row.listing_id not in known:
                self.wrong(row.line, "id", "unknown_listing", _NOT_YOURS)
            elif known[row.listing_id] != row.kind:
                self.wrong(row.line, "kind", "other_kind", _OTHER_KIND)


def _typed(field: Field, cell: str) -> Any:
    """A cell as a browser would have posted it."""
    if field.type is bool:
        return "" if cell.strip().casefold() in (_NO, "0", "false", "off", "нет", "жоқ", "") else "true"
    return [part.strip() for part in cell.split(_SEVERAL)] if field.many else cell
