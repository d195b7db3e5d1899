"""Recorded runs are played at a portal; a file that cannot be played is refused in words."""

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.replay.recording import RecordingError, read
from tests.sandbox.recordings import failed, outcome, recording, run
from tests.sandbox.sandbox_rig import PATIENCE, Bitrix, Handler


def changed(change: Callable[[Any], Any]) -> Any:
    """A good file after a change."""
    file = json.loads(json.dumps(recording(run())))
    return change(file) or file


WRONG: dict[str, tuple[Any, str]] = {
    "a list": ([], "no export of runs"),
    "another's file": ({"format": "har"}, "«linkrobot-runs»"),
    "a later version": (recording(run(), version=2), "version 2"),
    "no version": (changed(lambda file: file.pop("version") and None), "version is missing"),
    "no portal": (changed(lambda file: file.pop("portal") and None), "portal is missing"),
    "no runs": (recording(), "runs holds 0"),
    "a run that is a text": (recording("x"), "runs[0] is no object"),  # type: ignore[arg-type]
    "a robot that is a number": (recording(run(robot=5)), "runs[0].robot has a wrong type: int"),
    "a number that is true": (recording(run(looks=True)), "runs[0].looks has a wrong type: bool"),
    "no inputs": (recording(run(), run(inputs=None)), "runs[1].inputs has a wrong type"),
    "inputs of inputs": (recording(run(inputs={"a": [{}]})), "runs[0].inputs.a"),
    "an item of no kind": (recording(run(item={"type": 99, "id": 1})), "runs[0].item.type"),
    "documents in words": (recording(run(documents=["1"])), "runs[0].documents"),
    "no time": (recording(run(times={"sent": float("nan")})), "runs[0].times.sent is no time"),
    "half an outcome": (recording(run(outcome={})), "runs[0].outcome.bitrix24 is missing"),
    "templates by name": (
        recording(run(), portal={"language": "", "has_page": False, "templates": {"a": {}}}),
        "portal.templates.a",
    ),
}


@pytest.mark.parametrize(("file", "words"), WRONG.values(), ids=WRONG)
def test_a_file_that_cannot_be_played_is_told_what_is_wrong(file: Any, words: str) -> None:
    with pytest.raises(RecordingError) as refused:
        read(file)

    assert words in str(refused.value)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@given(st.data())
def test_whatever_stands_in_a_file_it_is_read_or_refused_in_words(data: st.DataObject) -> None:
    file: Any = recording(run(), failed(2, "no_rights", inputs={"document_id": "1, 2"}))
    part = file
    while True:
        names = list(part) if isinstance(part, dict) else list(range(len(part)))
        name = data.draw(st.sampled_from(names))
        if not (isinstance(part[name], dict | list) and part[name] and data.draw(st.booleans())):
            break
        part = part[name]
    part[name] = data.draw(_json)

    with suppress(RecordingError):
        read(file)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "No such file"),
        (b"\xff\xfe", "this is no text"),
        (b"{", "this is no JSON"),
        (b"[" * 100_000, "this is no JSON"),
        (b"[]", "no export of runs"),
    ],
    ids=["missing", "no text", "no JSON", "deep", "another's"],
)
def test_the_start_names_the_file_and_what_is_wrong(
    tmp_path: Path, content: bytes | None, words: str
) -> None:
    file = tmp_path / "runs.json"
    if content is not None:
        file.write_bytes(content)

    ended = subprocess.run(
        [sys.executable, "-m", "sandbox", "--port", "0", "--replay", str(file)],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )

    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.startswith(f"sandbox: --replay: {file}: {words}") or words in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_it_begins_only_where_the_robots_are_registered(portal: Bitrix, handler: Handler) -> None:
    refused = portal.http.post(
        f"{portal.url}/_sandbox/replay", json={"file": recording(run(robot="link"))}
    )

    assert refused.status_code == 409
    assert "link" in refused.json()["error"]
    portal.robot(handler)
    assert portal.control("POST", "replay", file=recording(run(robot="link"))) == {"runs": 1}
    assert handler.wait(1)[0]["code"] == "link"


@pytest.mark.parametrize(
    ("body", "words"),
    [({}, "No file"), ({"file": {}}, "file: "), ({"speed": 0}, "above 0"), ({"x": 1}, "Unknown")],
    ids=["no file", "a foreign one", "no speed", "a typing error"],
)
def test_what_cannot_begin_is_refused(portal: Bitrix, body: Any, words: str) -> None:
    refused = portal.http.post(f"{portal.url}/_sandbox/replay", json=body)

    assert refused.status_code in (400, 409)
    assert words in refused.json()["error"]


def answering(portal: Bitrix, handler: Handler, **outputs: str) -> None:
    """An app whose robot answers with these outputs."""
    names = {name: {"Name": {"en": name}, "Type": "string"} for name in outputs}
    portal.robot(handler, RETURN_PROPERTIES=names)

    def reply(fields: dict[str, str]) -> None:
        portal.result(
            "bizproc.event.send", EVENT_TOKEN=fields["event_token"], RETURN_VALUES=outputs
        )

    handler.reply = reply


def played(portal: Bitrix, *runs: dict[str, Any]) -> dict[int, dict[str, Any]]:
    """What is told of each run once all are over."""
    portal.control("POST", "replay", file=recording(*runs))
    portal.until("replay.finished")
    events = portal.control("GET", "journal")["events"]
    return {event["run"]: event for event in events if event["kind"] == "replay.run"}


def test_another_outcome_than_recorded_is_told(portal: Bitrix, handler: Handler) -> None:
    answering(portal, handler, succeeded="N", error_code="no_document", public_url="")
    good = outcome(linked_document_id="1", public_url="…", pdf_ready="Y")

    found = played(
        portal,
        run(1, robot="link", outcome=good),
        failed(2, "no_document", robot="link"),
        run(3, robot="link", outcome=None),
    )
    finished = portal.until("replay.finished")

    assert (found[1]["recorded"], found[1]["replayed"]) == ("ok", "no_document")
    assert found[1]["differs"][0] == "error_code"
    assert [found[number]["same"] for number in (1, 2, 3)] == [False, True, None]
    assert (finished["same"], finished["different"]) == ([2], [1])
    assert finished["not_compared"] == [3]


def test_runs_that_no_portal_asks_for_are_left_out(portal: Bitrix, handler: Handler) -> None:
    answering(portal, handler, succeeded="N", error_code="no_rights")

    played(portal, run(1, robot="@register"), failed(2, "no_rights", robot="link"))

    begun, finished = portal.until("replay.begun"), portal.until("replay.finished")
    assert list(begun["not_played"]) == ["1"]
    assert (finished["same"], finished["not_played"]) == ([2], [1])


def test_the_portal_is_made_as_it_must_have_been(portal: Bitrix, handler: Handler) -> None:
    answering(portal, handler, succeeded="N", error_code="no_rights", public_url="")
    users = len(portal.control("GET", "state")["users"])
    words = "You do not have permissions to modify this document"

    played(
        portal,
        failed(1, "no_rights", robot="link", words=words, documents=[4]),
        failed(2, "document_not_found", robot="link", inputs={"document_id": "3"}),
        failed(3, "no_document", robot="link", item={"type": 31, "id": 3}),
    )

    state = portal.control("GET", "state")
    assert [user["documents"] for user in state["users"][users:]] == ["view", "modify", "modify"]
    assert [row["entityTypeId"] for row in state["items"]] == [2, 2, 31]
    assert [row["title"] for row in state["documents"]] == ["Replayed document 4"]


def test_the_latest_document_stays_the_latest(portal: Bitrix, handler: Handler) -> None:
    answering(portal, handler, succeeded="Y", linked_document_id="1", public_url="x")
    first = {"sent": 0.0, "received": 0.0, "answer_until": 60.0, "first_look": None, "decided": 0.0}
    item = {"type": 2, "id": 1}

    played(
        portal,
        run(1, robot="link", item=item, documents=[9], times=first),
        run(2, robot="link", item=item, documents=[4], times={**first, "received": 0.01}),
    )

    documents = portal.control("GET", "state")["documents"]
    numbers = {row["title"]: int(row["id"]) for row in documents}
    assert numbers["Replayed document 9"] - numbers["Replayed document 4"] == 5


def test_faults_may_concern_one_employee(portal: Bitrix, handler: Handler) -> None:
    fault = {"target": "rest", "kind": "error", "method": "profile"}

    portal.control("POST", "faults", **fault, user_id=7)
    assert portal.call("profile").status_code == 200

    portal.control("POST", "faults", **fault, user_id=1)
    assert portal.call("profile").status_code == 500
