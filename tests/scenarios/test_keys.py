"""`linkrobot keys` while the app works: nothing is lost, and the old key is of no use any more."""

import subprocess
from functools import partial

from cryptography.fernet import Fernet, MultiFernet

from tests.programs import LINKROBOT, App
from tests.scenarios.sandbox_portal import SandboxPortal
from tests.scenarios.stages import MAIL, enable
from tests.scenarios.waiting import at_once, until

SEALED = (
    "SELECT secrets FROM tokens UNION ALL SELECT secrets FROM runs WHERE secrets IS NOT NULL "
    "UNION ALL SELECT message FROM unverified "
    "UNION ALL SELECT value FROM check_values WHERE name = 'key'"
)
BURST = 60


def keys_of(app: App) -> list[str]:
    return (app.folder / "secret.key").read_text(encoding="ascii").split()


def open_everything(app: App, *keys: str) -> int:
    """How many secrets the database holds; these keys open all of them."""
    fernet = MultiFernet([Fernet(key) for key in keys])
    return len([fernet.decrypt(sealed) for (sealed,) in app.rows(SEALED)])


def rotate(app: App, **settings: str) -> str:
    done = app.command("keys", "rotate", **settings)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_runs_that_wait_and_runs_that_come_are_done_with_the_new_key(
    own_app: App, fresh_portal: SandboxPortal
) -> None:
    own_app.start()
    own_app.install_at(fresh_portal)
    (old,) = keys_of(own_app)
    fresh_portal.fault("status", status=503)
    fresh_portal.stage(enable(), MAIL)
    deal = fresh_portal.item()
    fresh_portal.document(deal)
    waiting = fresh_portal.move(deal)
    assert fresh_portal.delivered(waiting) == [200]

    shown = rotate(own_app)

    (new,) = keys_of(own_app)
    assert new != old
    assert old not in shown
    assert new not in shown
    assert open_everything(own_app, new) >= 3  # a token, the run that waits, the check value
    fresh_portal.heal()
    assert fresh_portal.outputs(waiting)["succeeded"] == "Y"
    fresh_portal.set(send_tokens="none")  # from here on with the stored token
    own_app.stop()
    own_app.start()
    assert fresh_portal.run(enable(), MAIL, item_id=deal)["succeeded"] == "Y"
    assert open_everything(own_app, new)


def kill_while_rotating(app: App) -> None:
    """kill -9, as soon as the new key stands in the file."""
    before = keys_of(app)
    command = [LINKROBOT, "keys", "rotate"]
    rotating = subprocess.Popen(command, env=app.environment, cwd=app.folder)
    until(lambda: keys_of(app) != before, what="the key file has changed")
    rotating.kill()
    rotating.wait(60)


def test_a_burst_loses_nothing_while_rotations_and_the_app_are_killed(
    own_app: App, fresh_portal: SandboxPortal
) -> None:
    own_app.start()
    own_app.install_at(fresh_portal)
    deals = [fresh_portal.item() for _ in range(BURST)]
    documents = [fresh_portal.document(deal) for deal in deals]
    fresh_portal.stage(enable(), MAIL)
    fresh_portal.fault("slow", "batch", seconds=0.2)

    workflows = fresh_portal.post("move", stage="SEND", items=[[2, deal] for deal in deals])
    for _ in range(3):
        kill_while_rotating(own_app)
        assert open_everything(own_app, *keys_of(own_app))
    called = partial(fresh_portal.journal, "robot.called")
    until(lambda: len(called()) >= BURST, what="all accepted")
    own_app.kill()
    own_app.start()
    rotate(own_app)
    fresh_portal.heal()

    outputs = [fresh_portal.outputs(one) for one in workflows["workflow_ids"]]
    assert [found["public_url"] for found in outputs] == [
        fresh_portal.public_url(document) for document in documents
    ]
    assert open_everything(own_app, *keys_of(own_app))
    assert len(keys_of(own_app)) == 1


def test_keys_in_the_settings_are_rotated_once_the_app_was_started_with_them(
    own_app: App, fresh_portal: SandboxPortal
) -> None:
    old, new = Fernet.generate_key().decode(), own_app.command("keys", "new").stdout.strip()
    both = {"LINKROBOT_SECRET_KEYS": f"{new},{old}"}
    own_app.environment["LINKROBOT_SECRET_KEYS"] = old
    own_app.start()
    own_app.install_at(fresh_portal)

    too_early = own_app.command("keys", "rotate", **both)
    own_app.stop()
    own_app.environment |= both
    own_app.start()
    shown = rotate(own_app)

    assert too_early.returncode == 2
    assert "Start it again" in too_early.stderr
    assert open_everything(own_app, new)
    assert "may be removed" in shown


def test_before_there_is_a_database_nothing_is_made(own_app: App) -> None:
    commands = (("keys", "rotate"), ("backup", "b"), ("runs", "retry", "1"))

    for done in at_once(*(partial(own_app.command, *words) for words in commands)):
        assert done.returncode == 2
        assert "There is no database" in done.stderr

    assert list(own_app.folder.iterdir()) == []
