"""A new key for replicas at work: none of them ever meets what it cannot read."""

from functools import partial

import psycopg
from cryptography.fernet import Fernet

from tests.programs import App
from tests.scenarios.sandbox_portal import SandboxPortal
from tests.scenarios.stages import MAIL, enable
from tests.scenarios.waiting import until

KEYS = "LINKROBOT_SECRET_KEYS"


def is_seen(replica: App) -> bool:
    """Whether it listens, by which others see it."""
    with psycopg.connect(replica.environment["LINKROBOT_DATABASE_URL"]) as conn:
        names = conn.execute(
            "SELECT 1 FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name LIKE 'linkrobot keys%'"
        )
        return names.fetchone() is not None


def restart(replica: App, keys: str) -> None:
    replica.stop()
    replica.environment[KEYS] = keys
    replica.start()


def link_comes_back(portal: SandboxPortal) -> bool:
    deal = portal.item()
    document = portal.document(deal)
    outputs = portal.outputs(portal.move(deal))
    return bool(outputs["public_url"] == portal.public_url(document))


def test_a_key_is_changed_one_replica_after_the_other(
    replicas: list[App], fresh_portal: SandboxPortal
) -> None:
    first, second = (replica.start() for replica in replicas)
    old, new = first.environment[KEYS], Fernet.generate_key().decode()
    first.install_at(fresh_portal)
    fresh_portal.stage(enable(), MAIL)

    for keys in (f"{old},{new}", f"{new},{old}"):
        for replica in (first, second):
            restart(replica, keys)
            assert link_comes_back(fresh_portal)
    rotated = first.command("keys", "rotate")
    for replica in (first, second):
        restart(replica, new)
        assert link_comes_back(fresh_portal)

    assert rotated.returncode == 0, rotated.stderr
    assert "UnopenedError" not in first.log + second.log


def test_who_could_not_read_what_the_others_write_does_not_start(replicas: list[App]) -> None:
    first, second = replicas
    first.start()
    old, new = first.environment[KEYS], Fernet.generate_key().decode()
    until(partial(is_seen, first), what="the first one is seen by the others")

    refused = second.command("serve", **{KEYS: f"{new},{old}"})

    assert refused.returncode != 0
    assert "other LINKROBOT_SECRET_KEYS" in refused.stderr
    assert old not in refused.stderr
    assert "Traceback" not in refused.stderr


def test_nothing_is_encrypted_anew_while_a_replica_still_encrypts_with_the_old_key(
    replicas: list[App],
) -> None:
    first, _ = replicas
    old, new = first.environment[KEYS], Fernet.generate_key().decode()
    first.environment[KEYS] = f"{old},{new}"
    first.start()
    until(partial(is_seen, first), what="the first one is seen by the others")

    refused = first.command("keys", "rotate", **{KEYS: f"{new},{old}"})

    assert refused.returncode != 0
    assert "Nothing was changed" in refused.stderr
