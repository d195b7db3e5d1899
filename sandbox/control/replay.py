"""Runs that were recorded elsewhere are played at this portal."""

from types import NoneType
from typing import Any

from sandbox.control.fields import NUMBER, Ask, Field, read
from sandbox.errors import ControlError
from sandbox.replay import player, recording
from sandbox.replay.recording import Recording, RecordingError


async def begin(ask: Ask) -> Any:
    """Begin now; the journal tells how it goes on."""
    world = ask.site.world
    given = read(
        ask.body,
        {
            "file": Field(kind=(dict, NoneType), default=None),
            "speed": Field(kind=NUMBER, default=world.replay_speed),
        },
    )
    if given["speed"] <= 0:
        raise ControlError("speed is a number above 0")
    recorded = world.recording if given["file"] is None else _read(given["file"])
    if recorded is None:
        raise ControlError("No file: send one, or start with --replay FILE", status=409)
    if missing := player.missing(ask.site, recorded):
        raise ControlError(f"Not there yet: {', '.join(missing)}", status=409)
    replay = player.Replay(ask.site, recorded, speed=given["speed"])
    world.courier.spawn(replay.play())
    return {"runs": len(recorded.runs)}


def _read(file: dict[str, Any]) -> Recording:
    try:
        return recording.read(file)
    except RecordingError as error:
        raise ControlError(f"file: {error}") from None
