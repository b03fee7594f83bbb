"""Documents on a client's card: private files, read by those who may, each look written down, gone with the client."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import sqlalchemy as sa

from marketplace_kit.accounts.services import erase_person
from marketplace_kit.accounts.tables import access_table
from marketplace_kit.crm import queries, services
from marketplace_kit.crm.domain import DocumentsFull
from marketplace_kit.crm.schemas import NewDocument
from marketplace_kit.crm.services import papers
from marketplace_kit.crm.tables import client_table, document_table
from marketplace_kit.kernel.audit import audit_table
from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.jobs import run_until_idle
from marketplace_kit.kernel.plugin import Nothing
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.web import private_files
from marketplace_kit.web.private_files import FileType, Sent, kind_of, private_file_table, shown_name
from tests.crm.parlour import PHONE, Parlour
from tests.crm.test_knowing import verified

pytestmark = pytest.mark.anyio
PDF = Sent(content=b"%PDF-1.7 what was agreed", media_type="application/pdf", name="agreement.pdf")


async def client(parlour: Parlour) -> object:
    await parlour.had()
    return (await parlour.sql(sa.select(client_table.c.id))).scalar_one()


async def test_a_document_is_kept_read_by_the_shop_alone_and_goes_with_the_client(parlour: Parlour) -> None:
    client_id, site = await client(parlour), parlour.site
    made = await services.keep_document(site, client_id, PDF, NewDocument(title="Consent"), by=parlour.dina)
    (shown,) = await site.ask(queries.documents_of, client_id)
    assert (shown.title, shown.file_name, shown.size) == ("Consent", "agreement.pdf", len(PDF.content))
    row = await site.do(services.read_document, client_id, made, by=parlour.sara)
    assert await site.files.get(row.key) == PDF.content
    acts = (await parlour.sql(sa.select(audit_table.c.act).where(audit_table.c.act.startswith("crm.")))).scalars().all()
    assert {"crm.add_document", "crm.read_document"} <= set(acts)
    stranger = await parlour.person("stranger", "vendor")
    for verb in (services.read_document, services.remove_document):
        with pytest.raises(Missing):
            await site.do(verb, client_id, made, by=stranger)
    with pytest.raises(Missing):
        await site.do(services.own_document, made, by=stranger)
    await site.do(services.forget_client, client_id, by=parlour.dina)
    await run_until_idle(site)
    assert (await parlour.sql(sa.select(document_table))).first() is None
    assert (await parlour.sql(sa.select(private_file_table))).first() is None
    with pytest.raises(Missing):
        await site.files.get(row.key)


async def test_a_person_opens_what_the_shop_shares_nobody_else_does_and_erasing_takes_it_all(parlour: Parlour) -> None:
    aru, site = await parlour.person("aru"), parlour.site
    assert aru.person_id
    await verified(parlour, aru, PHONE)
    await parlour.had(PHONE, customer=aru)
    client_id, other = await parlour.only(), await parlour.person("other")
    keep = partial(services.keep_document, site, client_id, PDF, by=parlour.dina)
    private, shared = await keep(NewDocument(title="Plan")), await keep(NewDocument(title="A", visibility="shareable"))
    (known,) = (await site.ask(queries.export, aru.person_id))["known_to"]
    assert [one["address"] for one in known["documents"]] == [f"/account/documents/{shared}"]
    row = await site.do(services.own_document, shared, by=aru)
    for document_id, who in ((private, aru), (shared, other), (shared, parlour.dina)):
        with pytest.raises(Missing):
            await site.do(services.own_document, document_id, by=who)
    await site.do(services.read_document, client_id, private, by=parlour.sara)
    seen = (await parlour.sql(sa.select(access_table.c.person_id, access_table.c.what))).all()
    assert seen == [(aru.person_id, "crm.read_document")]
    await site.do(erase_person, aru.person_id)
    await run_until_idle(site)
    assert (await parlour.sql(sa.select(private_file_table))).first() is None
    assert not await site.files.exists(row.key)


async def test_two_who_add_the_last_document_at_once_make_one_and_leave_no_file(
    parlour: Parlour, monkeypatch: pytest.MonkeyPatch
) -> None:
    client_id, site = await client(parlour), parlour.site
    monkeypatch.setattr(papers, "MOST_DOCUMENTS", 1)
    stored = [await private_files.store(site, PDF) for _ in range(4)]
    adding = (site.do(papers.add_document, client_id, one, NewDocument(), by=parlour.dina) for one in stored)
    outcomes = await asyncio.gather(*adding, return_exceptions=True)
    assert sum(isinstance(one, DocumentsFull) for one in outcomes) == 3
    with pytest.raises(DocumentsFull):
        await services.keep_document(site, client_id, PDF, NewDocument(), by=parlour.dina)
    (kept,) = (await parlour.sql(sa.select(document_table.c.key))).scalars()
    for days, left in ((0, 4), (2, 1)):  # what is young may be on its way
        parlour.clock.set(datetime.now(UTC) + timedelta(days=days))
        await site.do(_enqueue_sweep)
        await run_until_idle(site)
        assert len([one for one in stored if await site.files.exists(one.key)]) == left
    assert await site.files.get(kept) == PDF.content


async def _enqueue_sweep(uow: UnitOfWork) -> None:
    uow.enqueue("web.sweep_private", Nothing())


@pytest.mark.one_engine
def test_a_file_is_what_its_bytes_say_whatever_it_is_called() -> None:
    assert kind_of(b"\x89PNG\r\n\x1a\n...") == "image/png"
    for bad in (b"<html>", b"MZ\x90", b""):
        with pytest.raises(FileType):
            kind_of(bad)
    assert shown_name('..\\..\\etc/pass"wd.pdf') == "passwd.pdf"


@pytest.mark.one_engine
async def test_programs_keep_read_and_remove_a_document(parlour: Parlour) -> None:
    client_id = await client(parlour)
    dina = await parlour.browser("dina")
    path = f"/api/customers/{client_id}/documents"
    page = {"document": ("plan.html", b"<script>1</script>", "application/pdf")}
    wrong = await dina.post(path, files=page)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "file_type")
    assert (await dina.post(path, files={"other": ("a", b"b")})).status_code == 422
    huge = {"document": ("plan.pdf", b"%PDF-" + b"0" * (10 * 1024 * 1024), "application/pdf")}
    assert (await dina.post(path, files=huge)).status_code == 413
    made = await dina.post(path, files={"document": ("plan.pdf", PDF.content, "text/html")}, data={"title": "Plan"})
    assert made.status_code == 201, made.text
    one = f"{path}/{made.json()['id']}"
    got = await dina.get(one)
    assert (got.content, got.headers["content-type"]) == (PDF.content, "application/pdf")
    assert got.headers["cache-control"] == "private, no-store"
    assert got.headers["content-disposition"].startswith("attachment")
    await parlour.person("stranger", "vendor")
    stranger = await parlour.browser("stranger")
    for address in (path, one, f"/sell/clients/{client_id}/documents", one.replace("/api/customers", "/sell/clients")):
        assert (await stranger.get(address)).status_code == 404, address
    assert (await stranger.post(path, files=page)).status_code == 404
    await parlour.person("buyer")
    assert (await (await parlour.browser("buyer")).get(one)).status_code == 403
    assert (await (await parlour.browser()).get(one)).status_code == 401
    assert (await dina.delete(one)).status_code == 204
    assert (await dina.get(one)).status_code == 404


@pytest.mark.one_engine
async def test_what_is_wrong_with_a_file_stands_beside_it_and_what_was_typed_stays(
    parlour: Parlour, monkeypatch: pytest.MonkeyPatch
) -> None:
    dina, here = await parlour.browser("dina"), f"/sell/clients/{await client(parlour)}/documents"
    assert here in (await dina.get(here.removesuffix("/documents"))).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', (await dina.get(here)).text)
    assert token
    form = {"csrf_token": token[1], "title": "Consent of May", "visibility": "shareable"}
    huge = b"%PDF-" + b"0" * private_files.MOST_BYTES
    for content, told in ((b"MZ", "Files of this kind are not taken"), (huge, "at most 10 MB are taken")):
        refused = await dina.post(here, data=form, files={"document": ("a.pdf", content)})
        assert (refused.status_code, told in refused.text) == (422, True)
        assert 'value="Consent of May"' in refused.text
    assert "Please choose a file first" in (await dina.post(here, data=form, files={"other": ("a", b"b")})).text
    assert (await dina.post(here, data=form, files={"document": ("a.pdf", PDF.content)})).status_code == 303
    kept = (await dina.get(here)).text
    assert "Consent of May" in kept
    monkeypatch.setattr(papers, "MOST_DOCUMENTS", 1)
    full = await dina.post(here, data=form, files={"document": ("a.pdf", PDF.content)})
    assert (full.status_code, "Remove some that are not needed" in full.text) == (409, True)
    remove = re.search(rf"{here}/[0-9a-f-]+/remove", kept)
    assert remove
    assert (await dina.post(remove[0], data={"csrf_token": token[1]})).status_code == 303
    assert "Nothing is kept yet" in (await dina.get(here)).text
