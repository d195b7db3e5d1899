"""SIGKILL around the renewal of a token: the run ends right, or its workflow is told why not.

The authorization server renews a refresh token once. Its answer dies with the process, so what the
run can still do depends on the pairs that are left: its own, or none.
"""

from functools import partial

import pytest

from tests.kills.deals import (
    Deal,
    Way,
    faults,
    faults_in_database,
    is_over,
    look,
    move,
    unfinished,
)
from tests.kills.lives import MortalApp
from tests.scenarios.sandbox_portal import SandboxPortal
from tests.scenarios.waiting import until

NO_TOKENS = {"send_tokens": "none"}  # calls bring no tokens of their own
REQUEST = "before oauth/token"
# The moment of the kill -> whether the server has renewed the pair, and nobody knows the new one.
MOMENTS = {
    REQUEST: False,
    "after oauth/token": True,
    "before a pair is stored": True,
    "after a pair is stored": False,
}


def renewals(portal: SandboxPortal) -> int:
    return len(portal.journal("token.renewed"))


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_run_with_tokens_of_its_own_ends_right(
    moment: str, app: MortalApp, portal: SandboxPortal, stored: Deal
) -> None:
    portal.post("tokens/expire")  # the stored pair's and the run's own
    app.live(0, 1, moment)
    assert app.dies_before(partial(is_over, stored))

    app.live()
    until(lambda: is_over(stored) and app.is_idle(), what="it is done")

    assert faults([stored]) == []
    assert faults_in_database(app, [stored]) == []
    assert app.killed_at()[-1] == moment
    # A new pair that is stored is used; one that got lost leaves the other refresh token.
    assert renewals(portal) == 1 + MOMENTS[moment]


@pytest.mark.parametrize("moment", [moment for moment, is_lost in MOMENTS.items() if not is_lost])
def test_a_run_with_only_the_stored_pair_ends_right_where_no_renewal_got_lost(
    moment: str, app: MortalApp, portal: SandboxPortal
) -> None:
    deal = killed_with_the_stored_pair_only(moment, app, portal)
    until(lambda: is_over(deal) and app.is_idle(), what="it is done")

    assert faults([deal]) == []
    assert faults_in_database(app, [deal]) == []
    assert renewals(portal) == 1


@pytest.mark.parametrize("moment", [moment for moment, is_lost in MOMENTS.items() if is_lost])
def test_a_run_whose_only_pair_got_lost_is_told_as_soon_as_the_portal_calls_again(
    moment: str, app: MortalApp, portal: SandboxPortal
) -> None:
    deal = killed_with_the_stored_pair_only(moment, app, portal)
    decided = "SELECT error_code FROM runs WHERE finished_at IS NULL AND decided_at IS NOT NULL"
    until(lambda: app.rows(decided) == [("no_token",)], what="there is no token left")

    portal.set(send_tokens="all")
    (second,) = move(portal, Way.LATEST)
    until(lambda: not unfinished([deal, second]) and app.is_idle(), what="both are told")

    outputs = look(portal).outputs(deal)
    assert (outputs["succeeded"], outputs["error_code"]) == ("N", "no_token")
    assert portal.public_url(deal.document) is None
    assert faults([second]) == []
    portal.set(**NO_TOKENS)
    portal.post("tokens/expire")
    (third,) = move(portal, Way.LATEST)
    until(lambda: is_over(third) and app.is_idle(), what="what that call brought is stored")
    assert faults([third]) == []


def killed_with_the_stored_pair_only(moment: str, app: MortalApp, portal: SandboxPortal) -> Deal:
    """A deal whose call brought no tokens; the app was killed at that moment and lives again."""
    portal.set(**NO_TOKENS)
    portal.post("tokens/expire")
    app.stop()
    app.live(1, 1, moment)
    (deal,) = move(portal, Way.LATEST)
    assert app.dies_before(partial(is_over, deal))
    app.live()
    return deal


def test_a_server_that_renews_a_refresh_token_twice_loses_nothing(
    app: MortalApp, portal: SandboxPortal
) -> None:
    portal.set(rotation=False)
    deal = killed_with_the_stored_pair_only("after oauth/token", app, portal)
    until(lambda: is_over(deal) and app.is_idle(), what="it is done")

    assert faults([deal]) == []
