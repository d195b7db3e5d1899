"""A refusal to start is told as a cause and its remedy."""

import pytest

from robot.errors import SettingsError
from robot.work.checks.finding import IN_GENERAL, State, refused


@pytest.mark.parametrize(
    ("words", "text", "remedy"),
    [
        ("The key is missing. Put it back, or …", "The key is missing.", "Put it back, or …"),
        ("LINKROBOT_PORT: not a number", "LINKROBOT_PORT: not a number.", IN_GENERAL),
        ("See https://robot.example.com.", "See https://robot.example.com.", IN_GENERAL),
    ],
)
def test_a_refusal_is_a_cause_and_a_remedy(words: str, text: str, remedy: str) -> None:
    found = refused("settings", SettingsError(words))

    assert (found.state, found.text, found.remedy) == (State.FAILED, text, remedy)
