"""`linkrobot doctor` where settings, the machine or the key are wrong."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.programs import CLIENT_ID, App, Done, Sandbox, free_port
from tests.scenarios.doctor_rig import findings, new_app, wrong
from tests.scenarios.sandbox_portal import SandboxPortal
from tests.scenarios.waiting import at_once

KEYS = ("LINKROBOT_CLIENT_ID", "LINKROBOT_CLIENT_SECRET")


@pytest.fixture
def app(sandbox: Sandbox, tmp_path: Path) -> Iterator[App]:
    """An app that never ran."""
    made = new_app(tmp_path / "data", sandbox)
    try:
        yield made
    finally:
        made.end()


@pytest.fixture
def stopped_app(app: App) -> App:
    """An app that ran once, and does not run now."""
    app.start().stop()
    return app


def looked(app: App, **settings: str) -> Done:
    """What doctor says with these settings; something must be mended."""
    done = app.command("doctor", "--json", **settings)
    assert done.returncode == 1, done.stderr
    return done


def test_before_anything_ran_each_thing_that_is_missing_is_told(app: App) -> None:
    found = findings(looked(app, LINKROBOT_PUBLIC_URL=""))

    assert wrong(found) == {"public address", "database"}
    assert list(app.folder.iterdir()) == []


def test_settings_that_cannot_be_read_are_the_only_finding(app: App) -> None:
    unknown, unequal = at_once(
        partial(looked, app, LINKROBOT_PUBLIK_URL="https://robot.example.com"),
        partial(looked, app, LINKROBOT_CLIENT_SECRET="a,b"),
    )

    for done, word in ((unknown, "LINKROBOT_PUBLIK_URL"), (unequal, "LINKROBOT_CLIENT_SECRET")):
        assert wrong(findings(done)) == {"settings"}
        assert word in findings(done)["settings"]["text"]


def test_what_is_wrong_with_the_machine_is_told_one_by_one(stopped_app: App) -> None:
    (stopped_app.folder / "secret.key").chmod(0o644)
    nobody = f"http://127.0.0.1:{free_port()}"

    found = findings(
        looked(
            stopped_app,
            LINKROBOT_AUTH_SERVERS=nobody,
            LINKROBOT_PUBLIC_URL=nobody,
            **dict.fromkeys(KEYS, ""),
        )
    )

    assert wrong(found) == {"key file", "public address", "authorization server"}
    assert found["key file"]["remedy"].startswith("chmod 600")
    assert found["application keys"]["state"] == "warning"


def test_a_key_that_is_missing_is_told_and_not_made_anew(stopped_app: App) -> None:
    key = stopped_app.folder / "secret.key"
    key.unlink()

    found = findings(looked(stopped_app))

    assert wrong(found) == {"key", "public address"}
    assert "backup" in found["key"]["remedy"]
    assert not key.exists()


def test_portals_of_applications_that_nobody_names_are_listed(
    app: App, fresh_portal: SandboxPortal
) -> None:
    app.environment |= dict.fromkeys(KEYS, "")
    app.start().install_at(fresh_portal)

    without, other = at_once(
        partial(looked, app),
        partial(app.command, "doctor", "--json", **dict.fromkeys(KEYS, "local.other.1")),
    )

    assert wrong(findings(without)) == {"application keys"}
    assert findings(without, fresh_portal)["access"]["state"] == "warning"
    assert other.returncode == 0
    listed = findings(other, fresh_portal)
    assert set(listed) == {"application"}
    assert CLIENT_ID in listed["application"]["text"]
