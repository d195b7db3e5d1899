"""`linkrobot link enable|disable`: links by hand, at an installed portal or through a webhook."""

import json
import os
import pty
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from tests.programs import App, Done, Sandbox
from tests.scenarios.made_up import MadeUpPortal
from tests.scenarios.sandbox_portal import ENABLING, SandboxPortal
from tests.scenarios.waiting import at_once, until

BATCH_LIMIT = 50


@pytest.fixture
def documents(fresh_portal: SandboxPortal) -> list[int]:
    """Three documents of a deal."""
    deal = fresh_portal.item()
    return [fresh_portal.document(deal) for _ in range(3)]


@pytest.fixture
def webhook(fresh_portal: SandboxPortal) -> str:
    """An incoming webhook's address, as an administrator copies it."""
    return str(fresh_portal.post("webhooks", user_id=1, scope="crm")["url"])


def test_a_webhook_turns_links_on_and_off_and_its_code_is_never_shown(
    fresh_portal: SandboxPortal, documents: list[int], webhook: str, own_app: App
) -> None:
    ids = [str(document) for document in documents]

    on = own_app.command("link", "enable", "--webhook", webhook, *ids)
    links = {str(document): fresh_portal.public_url(document) for document in documents}
    off = own_app.command("link", "disable", "--webhook", webhook, *ids)

    assert (on.returncode, off.returncode) == (0, 0), on.stderr + off.stderr
    assert dict(line.split("\t") for line in on.stdout.splitlines()) == links
    assert dict(line.split("\t") for line in off.stdout.splitlines()) == dict.fromkeys(ids, "off")
    assert [fresh_portal.public_url(document) for document in documents] == [None] * 3
    code = webhook.rstrip("/").rpartition("/")[2]
    assert code not in on.stdout + on.stderr + off.stdout + off.stderr


def test_what_fails_is_told_with_status_1_and_the_rest_is_done(
    fresh_portal: SandboxPortal, documents: list[int], webhook: str, own_app: App
) -> None:
    done = own_app.command("link", "enable", "--webhook", webhook, "--json", "999", "1")

    assert done.returncode == 1, done.stderr
    rows = {row["document_id"]: row for row in json.loads(done.stdout)}
    assert (rows[999]["succeeded"], rows[999]["error_code"]) == (False, "document_not_found")
    assert rows[1]["public_url"] == fresh_portal.public_url(documents[0])


def test_a_hundred_and_twenty_ids_go_in_three_requests(
    fresh_portal: SandboxPortal, webhook: str, own_app: App, tmp_path: Path
) -> None:
    deal = fresh_portal.item()
    ids = [str(fresh_portal.document(deal)) for _ in range(120)]
    listed = tmp_path / "ids.txt"
    listed.write_text("\n".join(ids[:70]), encoding="utf-8")

    done = own_app.command(
        *("link", "enable", "--webhook", webhook, "--file", str(listed), "-"),
        stdin=", ".join(ids[70:]),
    )

    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 120
    batches = [request["batch"] for request in fresh_portal.journal("rest.request")]
    assert sorted(map(len, batches)) == [20, BATCH_LIMIT, BATCH_LIMIT]
    assert {method for batch in batches for method in batch} == {ENABLING}
    assert len(fresh_portal.journal("document.public")) == 120


def test_a_link_that_bitrix24_does_not_tell_is_no_success(
    made_up_portal: MadeUpPortal, own_app: App
) -> None:
    made_up_portal.results[ENABLING] = {"publicUrl": None}

    done = own_app.command(
        *("link", "enable", "--json", "--webhook", f"{made_up_portal.url}/rest/1/abcdef12/", "61")
    )

    (row,) = json.loads(done.stdout)
    assert (done.returncode, row["succeeded"], row["error_code"]) == (1, False, "no_link")


WRONG = {
    "nowhere": "enable 61",
    "no webhook's address": "enable 61 --webhook https://x.example/rest/",
    "no number": "enable 61abc --portal x",
    "no ids at all": "disable --portal x",
    "an unknown portal": "disable 61 --portal nowhere.example",
    "an end that nobody would keep": (
        "enable 61 --valid-days 14 --webhook https://x.example/rest/1/abcdef12/"
    ),
    "an end in the past": "enable 61 --valid-days -1 --portal x",
    "no number of days": "enable 61 --valid-days inf --portal x",
}


@pytest.fixture(scope="module")
def refused(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Done]:
    """What is wrong -> what the command said; no app is running."""
    app = App(tmp_path_factory.mktemp("refused") / "data", sandbox.oauth)
    commands = [partial(app.command, "link", *line.split()) for line in WRONG.values()]
    return dict(zip(WRONG, at_once(*commands), strict=True))


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_command_is_one_sentence_and_status_2(refused: dict[str, Done], wrong: str) -> None:
    done = refused[wrong]

    assert done.returncode == 2
    assert done.stderr.startswith("linkrobot: ")
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_wrong_webhook_is_told_at_once(
    fresh_portal: SandboxPortal, documents: list[int], webhook: str, own_app: App
) -> None:
    wrong = webhook[:-4] + "zzz/"

    done = own_app.command("link", "enable", "--webhook", wrong, *map(str, documents))

    assert done.returncode == 1
    assert "reached in time" not in done.stdout
    assert len(fresh_portal.journal("rest.request")) == 1


def test_the_running_app_does_it_for_an_installed_portal(
    portal: SandboxPortal, shared_app: App
) -> None:
    deal = portal.item()
    document = portal.document(deal)

    on = shared_app.command("link", "enable", "--portal", portal.url, "--json", str(document))

    assert on.returncode == 0, on.stderr
    (row,) = json.loads(on.stdout)
    assert row["public_url"] == portal.public_url(document)
    ((state,),) = shared_app.rows(
        "SELECT state FROM links JOIN portals ON portals.id = portal_id WHERE member_id = ?",
        portal.member_id,
    )
    assert state == "public"


def test_a_link_that_was_turned_on_by_hand_for_a_moment_turns_itself_off(
    portal: SandboxPortal, shared_app: App
) -> None:
    document = portal.document(portal.item())
    days = ("--valid-days", str(2 / 86_400))

    on = shared_app.command("link", "enable", "--portal", portal.url, *days, str(document))

    assert on.returncode == 0, on.stderr
    number, url, end = on.stdout.rstrip().split("\t")
    assert (number, url.startswith("http")) == (str(document), True)
    assert end.startswith("until 20")
    until(lambda: portal.public_url(document) is None, what="the link is off at its end")

    def audit() -> list[tuple[str, str]]:
        lines = shared_app.json("links", "audit", "--portal", portal.member_id)
        return [(line["action"], line["source"]) for line in lines]

    until(lambda: audit() == [("off", "expired"), ("on", "command")], what="that is stored, too")


def test_the_lines_go_into_a_file_while_a_progress_bar_is_shown_on_the_terminal(
    portal: SandboxPortal, shared_app: App, tmp_path: Path
) -> None:
    document = portal.document(portal.item())
    terminal, stderr = pty.openpty()
    command = [str(Path(sys.executable).with_name("linkrobot")), "link", "enable", str(document)]
    try:
        with (tmp_path / "links").open("wb") as links:
            done = subprocess.run(
                [*command, "--portal", portal.member_id],
                env=shared_app.environment,
                cwd=tmp_path,
                stdout=links,
                stderr=stderr,
                timeout=60,
                check=False,
            )
    finally:
        os.close(stderr)
        os.close(terminal)

    assert done.returncode == 0
    assert (tmp_path / "links").read_text().startswith(f"{document}\thttp")
