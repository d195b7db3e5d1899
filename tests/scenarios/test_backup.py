"""`linkrobot backup FILE` while the app works, and what it is worth after the database is gone."""

import shutil
from functools import partial

from cryptography.fernet import Fernet

from tests.programs import App
from tests.scenarios.sandbox_portal import SandboxPortal
from tests.scenarios.stages import MAIL, enable
from tests.scenarios.waiting import at_once


def move(portal: SandboxPortal) -> tuple[str, int]:
    """A deal with a document comes to the stage: its workflow, its document."""
    deal = portal.item()
    document = portal.document(deal)
    portal.stage(enable(), MAIL)
    workflow = portal.move(deal)
    assert portal.delivered(workflow) == [200]
    return workflow, document


def lose_everything_but(app: App, *kept: str) -> None:
    for path in app.folder.iterdir():
        if path.name not in kept:
            path.unlink()


def test_a_run_that_waited_at_the_backup_is_done_after_it_is_restored(
    own_app: App, fresh_portal: SandboxPortal
) -> None:
    own_app.start()
    own_app.install_at(fresh_portal)
    fresh_portal.fault("status", status=503)
    workflow, document = move(fresh_portal)

    done = own_app.command("backup", "backup.sqlite")
    assert done.returncode == 0, done.stderr
    own_app.kill()
    lose_everything_but(own_app, "backup.sqlite", "secret.key")
    shutil.move(own_app.folder / "backup.sqlite", own_app.folder / "linkrobot.sqlite")
    fresh_portal.heal()
    own_app.start()

    outputs = fresh_portal.outputs(workflow)
    assert outputs["public_url"] == fresh_portal.public_url(document)
    assert fresh_portal.resumed(workflow) == 1


def test_it_says_where_the_key_is_and_overwrites_nothing(own_app: App) -> None:
    own_app.start()
    key = Fernet.generate_key().decode()

    by_file, by_settings = at_once(
        partial(own_app.command, "backup", "first"),
        partial(own_app.command, "backup", "second", LINKROBOT_SECRET_KEYS=key),
    )
    again = own_app.command("backup", "first")

    assert f"the file {own_app.folder / 'secret.key'}" in by_file.stdout
    assert "LINKROBOT_SECRET_KEYS" in by_settings.stdout
    assert key not in by_settings.stdout
    for done in (by_file, by_settings):
        assert "in another place" in done.stdout
    assert (again.returncode, "there already" in again.stderr) == (2, True)
