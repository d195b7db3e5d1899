"""How commands print what others wrote."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from robot.cli.output import cell, new_table, print_json


def printed(text: str) -> str:
    """A table with one cell, as a terminal gets it without colours."""
    table = new_table("Title")
    table.add_row(cell(text))
    out = io.StringIO()
    Console(file=out, width=10_000, highlight=False).print(table)
    return out.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[bold]x[/bold] [/] [link=x]y", id="markup"),
        pytest.param("[/", id="half a tag"),
        pytest.param("x\\", id="a backslash at the end"),
        pytest.param(":warning: :smile:", id="names of pictures"),
    ],
)
def test_a_cell_shows_what_was_written(text: str) -> None:
    assert printed(text).splitlines()[1].rstrip() == text


@given(st.text())
def test_a_cell_is_one_line_that_commands_no_terminal(text: str) -> None:
    lines = printed(text).split("\n")

    assert len(lines) == 3, "the heading, the cell, and nothing"
    assert all(line.isprintable() for line in lines)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_json_says_the_same_and_commands_no_terminal(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        out = io.StringIO()
        patch.setattr("sys.stdout", out)
        print_json([{"text": text}])

    assert json.loads(out.getvalue()) == [{"text": text}]
    assert out.getvalue().replace("\n", "").isprintable()


def test_json_keeps_the_letters_of_all_languages(capsys: pytest.CaptureFixture[str]) -> None:
    print_json(["Договор № 1, señor"])

    assert "Договор № 1, señor" in capsys.readouterr().out
