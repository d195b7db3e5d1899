"""What fuzzers found once is tried at every test run, and changed at random; nothing grows.

`make fuzz` searches on, led by what of our code the bytes reach.
"""

import gc
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.corpus import NAMES, kept
from tests.fuzz.targets import TARGETS

# What turned out to be difficult somewhere, for all targets.
PIECES = st.sampled_from(
    [
        *(
            b"",
            b"[",
            b"]",
            b"[]",
            b"&",
            b"=",
            b"%00",
            b"\0",
            b"\xff",
            b"%ff",
            b"[a]" * 9,
            b"@register",
        ),
        *(b"$result[c0]", b"\x1b[2J", b"%1B", b"\n", b"\xe2\x80\xae", b"https://127.0.0.1/rest/"),
        *(b"9" * 30, b"-1", b"NaN", b"1e999", b"{", b"null", b"true", b'"\\ud800"', b"x" * 5_000),
    ]
)
MOST_GROWTH = 64 * 1024  # bytes


@st.composite
def changed(draw: st.DrawFn, name: str) -> bytes:
    """Kept bytes with pieces cut out and put in."""
    data = draw(st.sampled_from(list(kept(name).values())))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(start + draw(st.integers(0, 8)), len(data))
        data = data[:start] + draw(PIECES | st.binary(max_size=8)) + data[end:]
    return data


def test_each_target_has_a_kept_corpus() -> None:
    assert sorted(TARGETS) == NAMES


@pytest.mark.parametrize(
    ("name", "data"),
    [
        pytest.param(name, data, id=f"{name}-{file}")
        for name in NAMES
        for file, data in kept(name).items()
    ],
)
def test_kept_bytes_break_no_promise(name: str, data: bytes) -> None:
    TARGETS[name](data)


@pytest.mark.parametrize("name", NAMES)
def test_changed_bytes_break_no_promise(name: str) -> None:
    given(changed(name))(TARGETS[name])()


@pytest.mark.parametrize("name", NAMES)
def test_nothing_grows(name: str) -> None:
    corpus = list(kept(name).values())
    for _ in range(3):  # what is remembered on purpose is remembered by now
        _try_all(name, corpus)

    tracemalloc.start()
    try:
        _try_all(name, corpus)
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(10):
            _try_all(name, corpus)
        gc.collect()
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()

    assert grown < MOST_GROWTH


def _try_all(name: str, corpus: list[bytes]) -> None:
    for data in corpus:
        TARGETS[name](data)
