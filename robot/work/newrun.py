"""What came in, as a run to be written down; and runs of our own."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from robot.protocol.invocation import Invocation
from robot.protocol.oauth import TOKEN_LIFE
from robot.protocol.origin import digest
from robot.store.runs import NewRun, Source, StoredRun
from robot.store.vault import Vault

# A workflow that stops waiting gets its answer this long before, in seconds.
BEFORE_TIMEOUT = timedelta(seconds=10)


def from_invocation(
    invocation: Invocation, portal_id: int, *, vault: Vault, give_up_after: timedelta
) -> NewRun:
    """The run that a robot's call asks for; its secrets sealed."""
    now, auth = datetime.now(UTC), invocation.auth
    sent_at, latest = invocation.sent_at or now, now + TOKEN_LIFE
    return NewRun(
        portal_id=portal_id,
        code=invocation.code,
        source=Source.ROBOT,
        user_id=auth.user_id,
        item=invocation.item,
        document_id=invocation.document_id,
        inputs=invocation.properties,
        wants_reply=invocation.wants_reply,
        sent_at=sent_at,
        received_at=now,
        deadline_at=_deadline(now, sent_at, invocation.timeout, give_up_after),
        due_at=now,
        event_hash=digest(invocation.event_token),
        secrets=vault.seal(
            auth.member_id,
            {
                "event_token": invocation.event_token,
                "access": auth.access_token,
                "refresh": auth.refresh_token,
                "expires": int(min(auth.expires_at or latest, latest).timestamp()),
            },
        ),
    )


def of_our_own(
    code: str,
    portal_id: int,
    *,
    source: Source,
    user_id: int | None,
    inputs: Mapping[str, Any],
    give_up_after: timedelta,
) -> NewRun:
    """A run that no workflow waits for."""
    now = datetime.now(UTC)
    return NewRun(
        portal_id=portal_id,
        code=code,
        source=source,
        user_id=user_id,
        item=None,
        document_id="",
        inputs=inputs,
        wants_reply=False,
        sent_at=now,
        received_at=now,
        deadline_at=now + give_up_after,
        due_at=now,
        event_hash=digest(secrets.token_hex()),
        secrets=None,
    )


def again(
    run: StoredRun,
    portal_id: int,
    *,
    source: Source,
    secrets: bytes | None,
    give_up_after: timedelta,
) -> NewRun:
    """A run that is over, once more; with its secrets it is one that its workflow waits for."""
    new = of_our_own(
        run.code,
        portal_id,
        source=source,
        user_id=run.user_id,
        inputs=run.inputs,
        give_up_after=give_up_after,
    )
    return replace(
        new,
        item=run.item,
        document_id=run.document_id,
        wants_reply=secrets is not None,
        own_tokens_only=run.own_tokens_only,
        secrets=secrets,
    )


def _deadline(now: datetime, sent_at: datetime, timeout: int, give_up_after: timedelta) -> datetime:
    """Until when an answer is useful; the portal's clock may be wrong, so a moment is left."""
    latest = now + give_up_after
    if not timeout:
        return latest
    limit = min(sent_at, now) + timedelta(seconds=timeout)
    margin = min(BEFORE_TIMEOUT, timedelta(seconds=timeout) / 4)
    return max(min(limit - margin, latest), now + timedelta(seconds=5))
