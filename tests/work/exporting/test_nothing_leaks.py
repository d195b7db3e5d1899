"""Whatever stands in a database: no secret, name, address or number of the company is exported."""

import json
import re
import string
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Table, insert, update

from robot.errors import SettingsError
from robot.flows.catalogue import DISABLE, ENABLE
from robot.flows.flow import Template
from robot.store.columns import Words
from robot.store.database import Database
from robot.store.exporting import Change, PortalToExport, RunToExport
from robot.store.portals import Portal
from robot.store.tables import audit, links, portals, runs, tokens
from robot.work.exporting.export import export_runs, portal_of_runs
from robot.work.exporting.redaction import redacted
from tests.store.store_rig import NOW, OTHER_MEMBER, install, later, new_run, record

MARK = "zq"  # no word, code or name of ours holds it
FIRST_ID = 10_000_000  # numbers of the company are as long as that

_marked = st.builds(
    lambda parts, around: around.join([parts[0], MARK, parts[1]]),
    st.tuples(*[st.text(st.characters(exclude_categories=["Cs", "Nd"]), max_size=12)] * 2),
    st.sampled_from(["", MARK]),
)
_addresses = st.builds(
    "{}://{}{}.example{}".format,
    st.sampled_from(["http", "https"]),
    st.just(MARK),
    st.text(string.ascii_lowercase, max_size=5),
    st.sampled_from(["", "/~a1b2c", "/rest/?auth=" + MARK]),
)
_mails = st.builds(f"{{}}@{MARK}.example".format, st.text(string.ascii_lowercase, min_size=1))
_secret = st.one_of(_marked, _addresses, _mails)
_ids = st.integers(min_value=FIRST_ID, max_value=10**17)
_ours = st.sampled_from(
    [
        "Bitrix24 refused the call. Bitrix24 said: «{}» ({})",
        "There is no such document. {} Public now: document {}, 12345678.",
        "It holds «{}». {}",
        "DEAL_12345678 {} has no document made from template {}",
        "Tried last, {} times: {}. Last: 12345678.",
        "{}{}",
    ]
)
_texts = st.builds(str.format, _ours, _secret | _ids.map(str), _secret | _ids.map(str))
_values = st.recursive(
    _secret | _texts | _ids.map(str) | st.sampled_from(["Y", "latest", "14", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_secret, inner, max_size=3),
    max_leaves=6,
)
_names = st.sampled_from(
    ["document_id", "document_ids", "which", "template_id", "valid_days", "wait_for_pdf", "handler"]
)
_outputs = st.dictionaries(
    st.sampled_from(
        [
            "succeeded",
            "error_code",
            "public_url",
            "public_urls",
            "linked_document_id",
            "document_title",
            "document_number",
            "expires_at",
            "pdf_ready",
        ]
    )
    | _secret,
    _values,
)


@st.composite
def past_runs(draw: st.DrawFn) -> RunToExport:
    """A run whose every free field holds what must not leave."""
    word = st.none() | _secret
    return RunToExport(
        id=draw(_ids),
        code=draw(st.sampled_from([ENABLE, DISABLE, "@register"]) | _secret),
        source=draw(st.just("robot") | _secret),
        user_id=draw(st.none() | _ids),
        own_tokens_only=draw(st.booleans()),
        entity_type_id=draw(st.none() | st.sampled_from([1, 2, 31]) | _ids),
        entity_id=draw(st.none() | _ids),
        inputs=draw(st.dictionaries(_names | _secret, _values)),
        wants_reply=True,
        sent_at=NOW,
        received_at=NOW,
        deadline_at=later(3600),
        state=draw(_secret),
        looks=0,
        first_look_at=None,
        chosen=tuple(draw(st.lists(_ids, max_size=3))),
        decided_at=NOW,
        outputs=draw(
            st.none()
            | st.builds(dict.__or__, _outputs, st.fixed_dictionaries({"error_text": _texts}))
        ),
        reports=0,
        first_report_at=None,
        finished_at=None,
        ending=draw(word),
        note=draw(_secret | _texts),
        changes=(Change(document_id=draw(_ids), action=draw(_secret), at=NOW),),
    )


def check_clean(text: str) -> None:
    """Nothing that is marked, no long number, no address but the made-up one."""
    assert MARK not in text.lower()
    assert not re.findall(r"[0-9]{8}", text)
    assert "@" not in re.sub(r'"@(register|check|end|look|renew)"', "", text)
    assert set(re.findall(r"\w+://[^/\"]*", text)) <= {"https://portal.example"}


@settings(max_examples=50)
@given(st.lists(past_runs(), min_size=1, max_size=2), st.data())
def test_whatever_runs_hold_nothing_of_it_is_exported(
    found: list[RunToExport], data: st.DataObject
) -> None:
    portal = PortalToExport(
        user_id=data.draw(_ids),
        language=data.draw(_secret),
        scope=tuple(data.draw(st.lists(_secret | st.just("crm")))),
        has_page=True,
        has_renewed=False,
        templates={data.draw(_ids): Template(name=data.draw(_secret))},
    )

    check_clean(json.dumps(redacted(portal, found), ensure_ascii=False))


def filled(table: Table, values: dict[str, Any]) -> dict[str, Any]:
    """A row in which every column that holds words or bytes holds a secret."""
    words = {
        column.name: f"{MARK}-{table.name}-{column.name}"
        for column in table.columns
        if isinstance(column.type, Words)
    }
    return {**words, **values}


async def fill(database: Database, portal: Portal, run_id: int) -> None:
    """Secrets everywhere around a run."""
    about = {"portal_id": portal.id, "run_id": run_id, "document_id": FIRST_ID + 5}
    moments = {"asked_at": NOW, "changed_at": NOW}
    outputs = {
        "error_code": f"{MARK}_code",
        "error_text": f"See https://{MARK}.example/ for {MARK}",
    }
    texts = {
        "outcome": {"outputs": outputs, "log": MARK},
        "chosen": [FIRST_ID + 5],
        "inputs": {"document_id": str(FIRST_ID + 5), "which": MARK, MARK: MARK},
        "note": MARK,
        "secrets": MARK.encode(),
        "error_code": MARK,
        "ending": MARK,
    }

    def write(conn: Connection) -> None:
        conn.execute(insert(audit).values(filled(audit, {**about, "at": NOW, "action": MARK})))
        conn.execute(
            insert(links).values(
                filled(links, {**about, **moments, "state": "public", "ended_by": None})
            )
        )
        row = {"portal_id": portal.id, "user_id": 1, "expires_at": NOW, "secrets": MARK.encode()}
        conn.execute(insert(tokens).values(filled(tokens, row)))
        conn.execute(update(runs).where(runs.c.id == run_id).values(texts))
        templates = {str(FIRST_ID): {"name": MARK, "gone": False}}
        secret = {"scope": f"crm,{MARK}", "language": MARK, "renewed_with": MARK.encode()}
        conn.execute(update(portals).values(templates=templates, **secret))

    await database.write(write)


@pytest.mark.anyio
async def test_of_a_database_full_of_secrets_none_is_exported(database: Database) -> None:
    endpoint = f"https://{MARK}.bitrix24.com/rest/"
    portal = await install(
        database,
        member_id=MARK * 16,
        client_id=f"local.{MARK}",
        endpoint=endpoint,
        user_id=FIRST_ID,
    )
    run_id = await record(database, new_run(portal.id, MARK, user_id=FIRST_ID + 1))
    await fill(database, portal, run_id)

    text = await export_runs(database, portal.id, [run_id])

    check_clean(text)
    (run,) = json.loads(text)["runs"]
    assert (run["employee"], run["documents"]) == (2, [1])
    assert len(run["links"]) == 1


@pytest.mark.anyio
async def test_only_runs_of_that_portal_are_exported(database: Database, portal: Portal) -> None:
    other = await install(database, member_id=OTHER_MEMBER)
    ours = await record(database, new_run(portal.id))
    theirs = await record(database, new_run(other.id, "another"))

    assert await portal_of_runs(database, [theirs]) == other.id
    for ids in ([theirs], [ours, theirs], [ours, theirs + 1], []):
        with pytest.raises(SettingsError, match="no run"):
            await export_runs(database, portal.id, ids)
    with pytest.raises(SettingsError, match="different portals"):
        await portal_of_runs(database, [ours, theirs])
    with pytest.raises(SettingsError, match="no run"):
        await portal_of_runs(database, [ours, theirs + 1])
