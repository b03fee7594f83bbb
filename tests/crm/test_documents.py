"""Documents on a client's card: private files, read by those who may, each look written down, gone with the client."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from marketplace_kit.crm import queries, services
from marketplace_kit.crm.schemas import NewDocument
from marketplace_kit.crm.tables import client_table, document_table
from marketplace_kit.kernel.audit import audit_table
from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.jobs import run_until_idle
from marketplace_kit.web.private_files import FileType, Sent, kind_of, private_file_table, shown_name
from tests.crm.parlour import Parlour

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
    dina = await parlour.program(parlour.dina)
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
    assert (await dina.delete(one)).status_code == 204
    assert (await dina.get(one)).status_code == 404
