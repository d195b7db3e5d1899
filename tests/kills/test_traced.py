"""The reading of a trace finds an answer that came too early."""

from tests.kills.traced import Answers

CALL = '7 read(21<socket:[5]>, "POST /bitrix24/robot HTTP/1.1"..., 65536) = 900'
ANSWER = '7 write(21<socket:[5]>, "HTTP/1.1 200 OK"..., 80) = 80'
SYNC = "9 fdatasync(12</data/linkrobot.sqlite-wal>)"
BEGINS, ENDS = f"{SYNC} <unfinished ...>", "9 <... fdatasync resumed>) = 0"


def read(*lines: str) -> tuple[int, int]:
    """How many answers there are, how many of them came too early."""
    found = Answers("\n".join(lines))
    return found.total, len(found.unsynced)


def test_an_answer_after_its_sync() -> None:
    assert read(CALL, f"{SYNC} = 0", ANSWER) == (1, 0)
    assert read(CALL, BEGINS, ENDS, ANSWER) == (
        1,
        0,
    )


def test_an_answer_without_or_before_its_sync() -> None:
    assert read(CALL, ANSWER) == (1, 1)
    assert read(CALL, BEGINS, ANSWER) == (1, 1)
    assert read(BEGINS, CALL, ENDS, ANSWER) == (
        1,
        1,
    )
    assert read(CALL, f"{SYNC} = -1 EIO (Input/output error) (INJECTED)", ANSWER) == (1, 1)


def test_a_sync_of_another_file_does_not_count() -> None:
    assert read(CALL, "9 fdatasync(13</data/linkrobot.sqlite>) = 0", ANSWER) == (1, 1)


def test_another_pages_answer_is_none_of_ours() -> None:
    assert read('7 read(22<socket:[6]>, "GET /readyz HTTP/1.1"..., 9) = 9', ANSWER) == (0, 0)
