"""What a portal says of its user is no reason to fail."""

import pytest

from handlers.page.rendering import zone_of


@pytest.mark.parametrize("name", ["", "Europe", "x" * 300, "../../etc/passwd", "a\0b", "Mars/Base"])
def test_a_time_zone_that_is_none_is_the_browsers(name: str) -> None:
    assert zone_of(name) is None
