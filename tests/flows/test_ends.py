"""A link ends once its time has come; what else became of it is seen, never guessed."""

from dataclasses import replace

from robot.flows.ends import end_link, extend_links, look_at_links, renew_access, turn_off_links
from robot.flows.flow import Chosen, Granted, LinkChange, Only, Result, Run
from robot.protocol.answers import Answer
from robot.protocol.calls import RENEW
from tests.flows.flow_player import LINK, document, link, play, refusal

OFF = Answer(result={"publicUrl": None})
ENDING = Run(item=None, inputs={"document_id": "5"})
GONE = refusal("", "Document not found")


def looking(*ids: int) -> Run:
    return Run(item=None, inputs={"document_ids": list(ids)})


def seen(how: str) -> LinkChange:
    return LinkChange(document_id=5, public=False, seen=True, ended_by=how)


def test_it_takes_its_turn_at_the_document_and_asks_the_register_before_it_turns_a_link_off() -> (
    None
):
    played = play(end_link(ENDING), document("5", publicUrl=LINK), OFF)

    assert played.calls[0].turn_at == 5
    assert played.chosen == [Chosen((5,), public=False, only=Only.EXPIRED)]
    assert played.changed == [(5, True)]
    assert played.outcome.links == (LinkChange(document_id=5, public=False),)


def test_a_link_that_was_given_a_later_end_meanwhile_stays() -> None:
    played = play(end_link(ENDING), document("5", publicUrl=LINK), granted=Granted(()))

    assert played.outcome.succeeded
    assert played.outcome.links == ()
    assert played.changed == []


def test_a_link_that_is_off_already_was_turned_off_elsewhere() -> None:
    played = play(end_link(ENDING), document("5"))

    assert played.outcome.links == (seen("elsewhere"),)
    assert played.changed == []


def test_after_a_crash_a_link_that_is_off_was_turned_off_by_us() -> None:
    played = play(end_link(replace(ENDING, chosen=(5,))), document("5"), OFF)

    assert played.outcome.links == (LinkChange(document_id=5, public=False),)


def test_a_document_that_is_gone_has_no_link() -> None:
    assert play(end_link(ENDING), GONE).outcome.links == (seen("deleted"),)


def test_who_may_not_read_the_document_still_tries_to_turn_it_off() -> None:
    played = play(end_link(ENDING), refusal("DOCGEN_ACCESS_ERROR"), OFF)

    assert played.changed == [(5, True)]


def test_where_it_cannot_be_turned_off_the_link_stays_in_the_register() -> None:
    no = refusal("DOCGEN_ACCESS_ERROR")

    played = play(end_link(ENDING), no, no)

    assert played.outcome.error_code == "no_rights"
    assert played.outcome.links == ()


def test_a_look_tells_what_is_public_what_is_off_and_what_is_gone() -> None:
    answers: list[Result] = [document("5"), document("6", publicUrl=LINK), GONE]

    played = play(look_at_links(looking(5, 6, 7)), answers)

    assert played.outcome.links == (
        seen("elsewhere"),
        LinkChange(document_id=6, public=True, url=LINK, title="Invoice 6", seen=True),
        LinkChange(document_id=7, public=False, seen=True, ended_by="deleted"),
    )
    assert [call.turn_at for call in played.calls] == [5, 6, 7]


def test_what_nobody_tells_is_said_and_the_others_are_known_all_the_same() -> None:
    answers: list[Result] = [
        document("5"),
        refusal("DOCGEN_ACCESS_ERROR"),
        document("8"),
    ]

    played = play(look_at_links(looking(5, 6, 7)), answers)

    assert played.outcome.error_code == "no_rights"
    assert "Of 2 documents" in played.outcome.log
    assert played.outcome.links == (seen("elsewhere"),)


def test_an_access_is_renewed_whether_or_not_it_still_lives() -> None:
    played = play(renew_access(Run(item=None, inputs={})), Answer(result=True))

    assert played.calls == [RENEW]
    assert played.outcome.succeeded


def off(document_id: int) -> LinkChange:
    return LinkChange(document_id=document_id, public=False)


def test_many_are_turned_off_and_what_is_refused_is_looked_at() -> None:
    """5 is off, 6 has no document any more, 7 is off already, of 8 we may do nothing."""
    refused = refusal("ACCESS_DENIED", "no rights")
    played = play(
        turn_off_links(looking(5, 6, 7, 8)),
        [OFF, GONE, refused, refused],
        [GONE, document("7"), refused],
    )

    assert played.chosen == [Chosen((5, 6, 7, 8), public=False, only=Only.NOT_ON_SINCE)]
    changes = {change.document_id: change for change in played.outcome.links}
    assert changes[5] == off(5)
    assert [changes[one].ended_by for one in (6, 7)] == ["deleted", "elsewhere"]
    assert 8 not in changes
    outputs = played.outcome.outputs
    assert outputs["error_code"] == "no_rights"
    assert outputs["error_text"].startswith("Still public: document 8. ")
    numbers = {name: outputs.get(name) for name in ("off", "deleted", "elsewhere", "left")}
    assert set(numbers.values()) == {"1"}


def test_what_was_turned_on_after_it_was_wished_off_stays() -> None:
    none = play(turn_off_links(looking(5)), granted=Granted(()))
    one = play(turn_off_links(looking(5, 6)), [OFF], granted=Granted((6,)))

    assert none.outcome.succeeded
    assert (none.outcome.links, none.outcome.outputs["later"]) == ((), "1")
    assert one.outcome.links == (off(6),)


def longer(*ids: int) -> Run:
    named = ",".join(map(str, ids))
    return Run(item=None, inputs={"document_id": named, "valid_days": "7"}, can_renew=True)


def test_a_new_end_is_given_to_no_link_that_was_turned_off_after_it_was_wished() -> None:
    on = document("5", publicUrl=LINK)
    played = play(extend_links(longer(5)), [on], granted=Granted(()))

    assert [chosen.only for chosen in played.chosen] == [Only.NOT_ENDED_SINCE]
    assert played.outcome.error_code == "ended_meanwhile"


def test_a_new_end_publishes_nothing_that_is_off_in_bitrix24_or_gone() -> None:
    looks: list[Result] = [document("5", publicUrl=LINK), document("6"), GONE]
    enabled = [document("5", publicUrl=LINK), link(LINK)]

    played = play(extend_links(longer(5, 6, 7)), looks, enabled)

    assert [chosen.document_ids for chosen in played.chosen] == [(5,)]
    assert [document_id for document_id, _ in played.changed] == [5]
    ended = {one.document_id: one.ended_by for one in played.outcome.links if not one.public}
    assert ended == {6: "elsewhere", 7: "deleted"}
    outputs = played.outcome.outputs
    assert (outputs["elsewhere"], outputs["deleted"]) == ("1", "1")
    assert outputs["public_urls"] == [LINK]


def test_where_none_is_on_any_more_nothing_is_published() -> None:
    played = play(extend_links(longer(5)), [document("5")])

    assert (played.chosen, played.outcome.succeeded) == ([], True)
    assert played.outcome.links == (seen("elsewhere"),)
