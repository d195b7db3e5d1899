"""What came in becomes a run: its secrets sealed, its deadline one that is of use."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from robot.protocol.auth import Auth
from robot.protocol.invocation import Invocation
from robot.protocol.origin import digest
from robot.store.runs import NewRun
from robot.store.vault import Vault
from robot.work import newrun
from tests.store.store_rig import DEAL, MEMBER

GIVE_UP = timedelta(hours=24)
SLACK = timedelta(seconds=5)


def called(**changes: object) -> Invocation:
    invocation = Invocation(
        workflow_id="w",
        code="linkrobot_enable",
        item=DEAL,
        document_id="DEAL_7",
        event_token="made-up-event-token",
        properties={"document_id": "5"},
        wants_reply=True,
        timeout=0,
        sent_at=datetime.now(UTC),
        auth=Auth(member_id=MEMBER, access_token="made-up-access", user_id=3),
    )
    return replace(invocation, **changes)  # type: ignore[arg-type]


def made(vault: Vault, **changes: object) -> NewRun:
    return newrun.from_invocation(called(**changes), 9, vault=vault, give_up_after=GIVE_UP)


def time_left(vault: Vault, **changes: object) -> timedelta:
    run = made(vault, **changes)
    return run.deadline_at - run.received_at


def test_a_call_becomes_a_run_that_is_due_at_once(vault: Vault) -> None:
    run = made(vault)

    assert (run.portal_id, run.user_id, run.item) == (9, 3, DEAL)
    assert run.inputs == {"document_id": "5"}
    assert run.due_at == run.received_at
    assert run.event_hash == digest("made-up-event-token")


def test_its_secrets_are_sealed_for_its_portal(vault: Vault) -> None:
    run = made(vault)

    assert run.secrets is not None
    opened = vault.open(MEMBER, run.secrets)
    assert opened["event_token"] == "made-up-event-token"
    assert opened["access"] == "made-up-access"
    assert "made-up" not in repr(run)
    assert b"made-up" not in run.secrets


def test_without_a_limit_the_run_ends_when_we_give_up(vault: Vault) -> None:
    assert time_left(vault) == GIVE_UP


def test_with_a_limit_the_answer_comes_before_it(vault: Vault) -> None:
    left = time_left(vault, timeout=3600)

    assert timedelta(seconds=3600) - SLACK * 3 <= left < timedelta(seconds=3600)


def test_a_limit_is_counted_from_when_the_portal_sent_the_call(vault: Vault) -> None:
    sent_at = datetime.now(UTC) - timedelta(seconds=1_000)  # the queue server took its time

    left = time_left(vault, timeout=3600, sent_at=sent_at)

    assert timedelta(seconds=2_600) - SLACK * 3 <= left < timedelta(seconds=2_600)


def test_a_short_limit_leaves_most_of_its_time(vault: Vault) -> None:
    left = time_left(vault, timeout=20)

    assert timedelta(seconds=14) <= left < timedelta(seconds=20)


def test_a_limit_beyond_ours_changes_nothing(vault: Vault) -> None:
    assert time_left(vault, timeout=365 * 24 * 3600) == GIVE_UP


@pytest.mark.parametrize("days", [-400, 400], ids=["far behind", "far ahead"])
@pytest.mark.parametrize("timeout", [0, 60, 3600])
def test_a_portals_wrong_clock_never_ends_a_run_at_once(
    vault: Vault, days: int, timeout: int
) -> None:
    sent_at = datetime.now(UTC) + timedelta(days=days)

    left = time_left(vault, sent_at=sent_at, timeout=timeout)

    assert timedelta(0) < left <= GIVE_UP
    assert not (days > 0 and timeout) or left <= timedelta(seconds=timeout)


def test_a_call_without_time_stamp_counts_from_its_arrival(vault: Vault) -> None:
    run = made(vault, sent_at=None)

    assert run.sent_at == run.received_at


def test_an_expiry_that_a_message_claims_is_believed_up_to_an_hour(vault: Vault) -> None:
    claimed = Auth(
        member_id=MEMBER, access_token="a", expires_at=datetime.now(UTC) + timedelta(days=999)
    )

    run = made(vault, auth=claimed)

    assert run.secrets is not None
    expires = vault.open(MEMBER, run.secrets)["expires"]
    assert expires <= (datetime.now(UTC) + timedelta(hours=1)).timestamp()
