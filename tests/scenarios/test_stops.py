"""Stopping and starting: nothing is lost, what differs is mended, what is wrong is one sentence."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

import pytest

from tests.programs import (
    CLIENT_ID,
    CLIENT_SECRET,
    App,
    Done,
    Sandbox,
    free_port,
    is_complete,
)
from tests.scenarios.sandbox_portal import ENABLING, SandboxPortal
from tests.scenarios.stages import MAIL, enable
from tests.scenarios.waiting import at_once, until

OTHER_ID, OTHER_SECRET = "local.00000000000000.11111111", "the-other-apps-secret"


@dataclass(slots=True, kw_only=True)
class Restarted:
    """An app that was first started without CLIENT_ID and CLIENT_SECRET, then with them, and at
    another address. Bitrix24 shows the two only after it has sent the install callback."""

    app: App
    portal: SandboxPortal
    other: SandboxPortal  # installed as another local app, with its own pair
    workflows: list[str] = field(default_factory=list)  # under way when it was stopped
    documents: list[int] = field(default_factory=list)
    first_outputs: dict[str, str] = field(default_factory=dict)
    status: int = -1  # of the stopped process


@pytest.fixture(scope="module")
def restarted(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restarted]:
    folder = tmp_path_factory.mktemp("stops") / "data"
    app = App(folder, sandbox.oauth, CLIENT_ID="", CLIENT_SECRET="")
    story = Restarted(app=app, portal=sandbox.portal(), other=sandbox.portal())
    try:
        before_the_stop(story)
        app.move_to(free_port())
        app.environment["LINKROBOT_CLIENT_ID"] = f"{CLIENT_ID}, {OTHER_ID}"
        app.environment["LINKROBOT_CLIENT_SECRET"] = f"{CLIENT_SECRET}, {OTHER_SECRET}"
        app.start()
        yield story
    finally:
        app.end()


def before_the_stop(story: Restarted) -> None:
    """Install without the pair, run a deal, and stop while ten more are under way."""
    app, portal = story.app.start(), story.portal
    app.install_at(portal)
    app.install_at(story.other, client_id=OTHER_ID, client_secret=OTHER_SECRET)
    deals = [portal.item() for _ in range(11)]
    story.documents = [portal.document(deal) for deal in deals]
    story.first_outputs = portal.run(enable(), MAIL, item_id=deals.pop())
    story.documents.pop()
    portal.fault("slow", ENABLING, seconds=0.1)
    moved = portal.post("move", stage="SEND", items=[[2, deal] for deal in deals])
    story.workflows = moved["workflow_ids"]
    for workflow in story.workflows:
        assert portal.delivered(workflow) == [200]
    story.status = app.stop()
    portal.heal()


def test_an_app_that_does_not_know_its_id_yet_installs_and_runs(restarted: Restarted) -> None:
    assert restarted.first_outputs["succeeded"] == "Y"


def test_a_clean_stop_exits_0(restarted: Restarted) -> None:
    assert restarted.status == 0


def test_a_clean_stop_in_the_middle_loses_nothing(restarted: Restarted) -> None:
    portal = restarted.portal

    outputs = [portal.outputs(workflow) for workflow in restarted.workflows]

    urls = [portal.public_url(document) for document in restarted.documents]
    assert [found["public_url"] for found in outputs] == urls
    assert [portal.resumed(workflow) for workflow in restarted.workflows] == [1] * len(urls)


def test_robots_that_call_an_old_address_are_mended_at_start(restarted: Restarted) -> None:
    robot, events = (f"{restarted.app.url}/bitrix24/{path}" for path in ("robot", "events"))

    def mended() -> bool:
        state = restarted.portal.get("state")
        handlers = {row["fields"]["HANDLER"] for row in state["robots"]}
        return (handlers, {row["handler"] for row in state["events"]}) == ({robot}, {events})

    until(mended, what="everything points to the new address")
    assert is_complete(restarted.portal)


@pytest.mark.parametrize("name", ["portal", "other"])
def test_once_it_knows_its_ids_it_renews_the_tokens_of_each_app(
    restarted: Restarted, name: str
) -> None:
    portal: SandboxPortal = getattr(restarted, name)
    url = restarted.app.url
    until(lambda: portal.robots()["linkrobot_enable"]["HANDLER"].startswith(url))
    deal = portal.item()
    portal.document(deal)
    portal.set(send_tokens="none")
    portal.post("tokens/expire")

    assert portal.run(enable(), item_id=deal)["succeeded"] == "Y"

    assert len(portal.journal("token.renewed")) == 1


WRONG_KEY = "x" * 43 + "="
# What is wrong -> the settings, and the words that say so.
REFUSALS: dict[str, tuple[dict[str, str], str]] = {
    "an unknown setting": ({"LINKROBOT_PUBLIC_ULR": "https://x.example"}, "PUBLIC_ULR"),
    "no address": ({"LINKROBOT_PUBLIC_URL": ""}, "PUBLIC_URL is not set"),
    "no https": ({"LINKROBOT_PUBLIC_URL": "http://x.example"}, "https"),
    "half a pair": ({"LINKROBOT_CLIENT_SECRET": ""}, "same number"),
    "the data folder is in use": ({}, "already works on the data folder"),
    "a missing key": ({"LINKROBOT_DATA_DIR": "keyless"}, "key"),
    "a key that does not fit": (
        {"LINKROBOT_DATA_DIR": "other-key", "LINKROBOT_SECRET_KEYS": WRONG_KEY},
        "does not fit the database",
    ),
}


@pytest.fixture(scope="module")
def refused(restarted: Restarted) -> dict[str, Done]:
    """What is wrong -> what `serve` said."""
    app = restarted.app
    for name in ("keyless", "other-key"):  # with the database of an app that was used
        (app.folder / name).mkdir()
        for file in app.folder.glob("linkrobot.sqlite*"):
            shutil.copy(file, app.folder / name)
    port = {"LINKROBOT_PORT": str(free_port())}
    commands = [partial(app.command, "serve", **port, **wrong) for wrong, _ in REFUSALS.values()]
    return dict(zip(REFUSALS, at_once(*commands), strict=True))


@pytest.mark.parametrize("wrong", REFUSALS)
def test_what_is_wrong_is_one_sentence(refused: dict[str, Done], wrong: str) -> None:
    done = refused[wrong]

    assert done.returncode == 2
    assert REFUSALS[wrong][1] in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert CLIENT_SECRET not in done.stderr
    assert WRONG_KEY not in done.stderr


def test_a_missing_key_is_never_made_anew(restarted: Restarted, refused: dict[str, Done]) -> None:
    assert refused["a missing key"].returncode == 2
    assert not (restarted.app.folder / "keyless" / "secret.key").exists()
