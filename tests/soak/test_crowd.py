"""What the soak of many replicas counts."""

from typing import Any

import pytest

from tests.soak.crowd import most_at_once


def _request(begun: float, ended: float) -> dict[str, Any]:
    return {"at": ended, "ms": (ended - begun) * 1000}


@pytest.mark.parametrize(
    ("requests", "most"),
    [
        pytest.param([], 0, id="none"),
        pytest.param([_request(0, 1), _request(1, 2)], 1, id="one after the other"),
        pytest.param([_request(0, 3), _request(1, 2), _request(2.5, 4)], 2, id="two and two"),
        pytest.param([_request(0, 3), _request(1, 3), _request(2, 3)], 3, id="three at once"),
    ],
)
def test_requests_are_at_once_while_none_of_them_has_ended(
    requests: list[dict[str, Any]], most: int
) -> None:
    assert most_at_once(requests) == most
