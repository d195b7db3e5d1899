"""Who somebody is: an administrator only where the portal says so."""

import pytest

from robot.flows.who import who
from robot.protocol.answers import Answer
from tests.flows.flow_player import play, run


def asked(result: object) -> dict[str, object]:
    return dict(play(who(run(item=None)), Answer(result=result)).outcome.outputs)


def test_the_portal_tells_who_it_is() -> None:
    told = {"ID": "1", "ADMIN": True, "NAME": "Ann", "LAST_NAME": "Lee", "TIME_ZONE": "Asia/Tokyo"}

    assert asked(told) == {
        "succeeded": "Y",
        "admin": "Y",
        "time_zone": "Asia/Tokyo",
    }


@pytest.mark.parametrize("result", [None, [], {}, {"ADMIN": False}, {"ADMIN": "Y"}, {"ADMIN": 1}])
def test_anything_else_is_no_administrator(result: object) -> None:
    assert asked(result)["admin"] == "N"
