"""`linkrobot runs --watch`: pace and expected end, from what was seen since it began."""

from robot.cli.watched import Watch
from robot.store.history import Progress


def seen(waiting: int, done: int, failed: int = 0, *, portal_id: int = 1) -> Progress:
    return Progress(
        portal_id=portal_id, host="acme.bitrix24.com", waiting=waiting, done=done, failed=failed
    )


def test_a_busy_portal_shows_its_pace_and_when_it_should_be_done() -> None:
    watch = Watch()
    watch.rows([seen(1_000, 0)], 100.0)

    (row,) = watch.rows([seen(800, 190, 10)], 110.0)

    assert row == {
        "Portal": "acme.bitrix24.com",
        "Waiting": "800",
        "Done": "190",
        "Failed": "10",
        "Pace": "20.0/s",
        "Expected end": "in about 40 s",
    }


def test_only_the_last_looks_make_the_pace() -> None:
    watch = Watch()
    for second in range(100):
        watch.rows([seen(9_000 - second * 10, second * 10)], float(second))
    for second in range(100, 110):
        (row,) = watch.rows([seen(8_000, 1_000 + (second - 100) * 100)], float(second))

    assert row["Pace"] == "100.0/s"


def test_before_anything_was_done_the_end_is_not_known() -> None:
    (row,) = Watch().rows([seen(5, 0)], 0.0)

    assert row["Expected end"] == "not known yet"


def test_portals_do_not_mix() -> None:
    watch = Watch()
    watch.rows([seen(10, 0), seen(10, 0, portal_id=2)], 0.0)

    fast, slow = watch.rows([seen(0, 10), seen(9, 1, portal_id=2)], 1.0)

    assert (fast["Expected end"], slow["Expected end"]) == ("all done", "in about 9 s")
