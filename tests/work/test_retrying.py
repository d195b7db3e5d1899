"""A run is done again only where that breaks no promise."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from robot.errors import SettingsError
from robot.settings import Settings
from robot.store import again, runs
from robot.store.check_value import open_vault
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.runs import Ended, Ending, Source
from robot.store.vault import Vault
from robot.work import newrun
from robot.work.errands import GIVE_UP_AFTER, Errands
from robot.work.not_retried import NotRetriedError, Why
from robot.work.retrying import Asked, Begun, begin, retry
from tests.store.store_rig import MEMBER, NOW, new_run, record
from tests.work.portal_function import row

pytestmark = pytest.mark.anyio


@pytest.fixture
def errands(database: Database) -> Errands:
    return Errands(database=database, wake=lambda _portal_id: None)


async def refused(database: Database, portal: Portal, vault: Vault) -> int:
    """A run whose answer was not taken."""
    secrets = vault.seal(MEMBER, {"event_token": "e"})
    run_id = await record(database, new_run(portal.id, secrets=secrets))
    ended = {run_id: Ended(ending=Ending.REFUSED, note="Access denied!")}
    await database.write(lambda conn: runs.finish(conn, ended, now=NOW))
    return run_id


async def test_what_no_key_opens_stays_as_it_is_until_the_key_is_put_back(
    database: Database, portal: Portal, vault: Vault, errands: Errands, tmp_path: Path
) -> None:
    await open_vault(database, [], tmp_path)
    run_id = await refused(database, portal, vault)
    before = await row(database, run_id)

    settings = Settings(_env_file=None, data_dir=tmp_path)  # type: ignore[call-arg]
    with pytest.raises(SettingsError, match="Put back the key"):
        await retry(errands, settings, run_id, begun=print)

    assert await row(database, run_id) == before


async def test_only_one_run_can_answer_a_workflow(
    database: Database, portal: Portal, vault: Vault
) -> None:
    run_id = await refused(database, portal, vault)
    before = await database.read(lambda conn: again.find(conn, run_id))
    assert before
    assert before.is_awaited
    new = newrun.again(
        before.run,
        portal.id,
        source=Source.COMMAND,
        secrets=before.run.secrets,
        give_up_after=GIVE_UP_AFTER,
    )

    new_id = await database.write(lambda conn: again.hand_over(conn, before, new))

    after = await database.read(lambda conn: again.find(conn, run_id))
    assert after
    assert not after.is_awaited
    assert after.note == f"Access denied! Done again: run {new_id}."
    found = await row(database, new_id)
    assert (found.wants_reply, found.secrets) == (True, before.run.secrets)
    assert (found.document_id, found.entity_id, found.user_id) == ("DEAL_7", 7, 1)


async def unproven(database: Database, portal: Portal, vault: Vault, ending: Ending) -> int:
    """A run of which it was never known whose it is, and that ended so."""
    secrets = vault.seal(MEMBER, {"event_token": "e", "access": "a", "refresh": "r", "expires": 0})
    new = new_run(portal.id, secrets=secrets, user_id=None, own_tokens_only=True)
    run_id = await record(database, new)
    await database.write(lambda conn: runs.finish(conn, {run_id: Ended(ending=ending)}, now=NOW))
    return run_id


async def test_a_run_of_nobody_knows_whom_is_not_done_with_a_stored_token(
    database: Database, portal: Portal, vault: Vault, errands: Errands, tmp_path: Path
) -> None:
    run_id = await unproven(database, portal, vault, Ending.REPORTED)

    with pytest.raises(SettingsError, match="any employee could have sent it"):
        await retry(errands, Settings(_env_file=None, data_dir=tmp_path), run_id, begun=print)  # type: ignore[call-arg]


async def test_while_its_workflow_waits_it_is_proven_anew(
    database: Database, portal: Portal, vault: Vault
) -> None:
    run_id = await unproven(database, portal, vault, Ending.REFUSED)
    before = await database.read(lambda conn: again.find(conn, run_id))
    assert before
    sealed = before.run.secrets

    new = newrun.again(
        before.run, portal.id, source=Source.COMMAND, secrets=sealed, give_up_after=GIVE_UP_AFTER
    )

    assert (new.user_id, new.own_tokens_only, new.secrets) == (None, True, sealed)


async def test_of_two_who_ask_at_once_one_gets_a_run_and_the_other_its_number(
    database: Database, portal: Portal, vault: Vault, errands: Errands, tmp_path: Path
) -> None:
    run_id = await refused(database, portal, vault)
    settings = Settings(_env_file=None, data_dir=tmp_path)  # type: ignore[call-arg]
    asked = Asked(run_id=run_id, source=Source.PAGE, portal_id=portal.id, seen=0)

    both = await asyncio.gather(
        *(begin(errands, settings, vault, asked) for _ in range(2)), return_exceptions=True
    )

    (begun,) = [one for one in both if isinstance(one, Begun)]
    (told,) = [one for one in both if isinstance(one, NotRetriedError)]
    assert begun.is_told
    assert (told.why, told.other) == (Why.DONE_MEANWHILE, begun.run_id)
    assert str(begun.run_id) in str(told)


async def test_once_it_is_over_it_can_be_done_again_by_whoever_has_seen_that(
    database: Database, portal: Portal, vault: Vault, errands: Errands, tmp_path: Path
) -> None:
    run_id = await refused(database, portal, vault)
    settings = Settings(_env_file=None, data_dir=tmp_path)  # type: ignore[call-arg]
    asked = Asked(run_id=run_id, source=Source.PAGE, portal_id=portal.id, seen=0)
    first = await begin(errands, settings, vault, asked)
    over = {first.run_id: Ended(ending=Ending.REFUSED)}
    await database.write(lambda conn: runs.finish(conn, over, now=NOW))

    with pytest.raises(NotRetriedError):
        await begin(errands, settings, vault, asked)
    second = await begin(errands, settings, vault, replace(asked, seen=first.run_id))

    assert second.run_id > first.run_id
    assert not second.is_told, "the first one has what is needed for that"


async def test_another_portals_run_is_unknown(
    database: Database, portal: Portal, vault: Vault, errands: Errands, tmp_path: Path
) -> None:
    run_id = await refused(database, portal, vault)
    settings = Settings(_env_file=None, data_dir=tmp_path)  # type: ignore[call-arg]
    asked = Asked(run_id=run_id, source=Source.PAGE, portal_id=portal.id + 1)

    with pytest.raises(NotRetriedError) as told:
        await begin(errands, settings, vault, asked)

    assert told.value.why is Why.UNKNOWN
