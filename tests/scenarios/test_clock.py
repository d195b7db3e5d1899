"""The machine's clock is set while runs wait: each ends right, and none waits for the error."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.programs import LINKROBOT, App, Sandbox
from tests.scenarios.sandbox_portal import ENABLING, SandboxPortal
from tests.scenarios.stages import MAIL, enable
from tests.scenarios.waiting import until
from tests.skipping import skip

SetClock: TypeAlias = Callable[[str], None]


@pytest.fixture(scope="module")
def library() -> str:
    """What tells a program another time than the machine's."""
    for found in sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1")):
        return str(found)
    skip("a wrong clock loses nothing", missing="libfaketime: apt-get install faketime")


@pytest.fixture(scope="module")
def times(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clock") / "time"


@pytest.fixture(scope="module")
def set_clock(times: Path) -> SetClock:
    def put(offset: str) -> None:
        new = times.with_name("new")
        new.write_text(f"{offset}\n")
        new.rename(times)

    put("+0")
    return put


@pytest.fixture(scope="module")
def app(
    sandbox: Sandbox, library: str, times: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[App]:
    app = App(tmp_path_factory.mktemp("clock-app") / "data", sandbox.oauth)
    app.executable = LINKROBOT
    app.environment |= {
        "LD_PRELOAD": library,
        "FAKETIME_TIMESTAMP_FILE": str(times),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    try:
        yield app
    finally:
        app.end()


def jumps(app: App) -> int:
    return app.log.count('"clock.jumped"')


def ends(app: App) -> list[str]:
    return [ending for (ending,) in app.rows("SELECT ending FROM runs")]


def test_it_jumps_both_ways_while_the_app_works(
    app: App, set_clock: SetClock, fresh_portal: SandboxPortal
) -> None:
    app.start()
    app.install_at(fresh_portal)
    deal = fresh_portal.item()
    document = fresh_portal.document(deal)
    for number, offset in enumerate(["+1h", "+0", "-1h", "+0", "+100d", "+0"], start=1):
        set_clock(offset)
        until(lambda: jumps(app) == number, what="it was noticed")  # noqa: B023

        outputs = fresh_portal.run(enable(), MAIL, item_id=deal)

        assert outputs["public_url"] == fresh_portal.public_url(document)
    until(lambda: ends(app).count("reported") == 6, what="the last one is stored, too")
    app.stop()


def test_what_was_accepted_by_a_clock_that_was_ahead_is_done_after_a_restart(
    app: App, set_clock: SetClock, fresh_portal: SandboxPortal
) -> None:
    set_clock("+1d")
    app.start()
    app.install_at(fresh_portal)
    deal = fresh_portal.item()
    document = fresh_portal.document(deal)
    fresh_portal.stage(enable(), MAIL)
    fresh_portal.fault("slow", ENABLING, seconds=2, times=1)
    workflow = fresh_portal.move(deal)
    assert fresh_portal.delivered(workflow) == [200]
    app.kill()

    set_clock("+0")
    app.start()

    outputs = fresh_portal.outputs(workflow)
    assert outputs["public_url"] == fresh_portal.public_url(document)
    assert fresh_portal.resumed(workflow) == 1
