"""How commands print what others wrote."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from robot.cli.output import cell, new_table, print_csv, print_json, print_table


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


def test_json_comes_row_by_row_and_is_one_list(capsys: pytest.CaptureFixture[str]) -> None:
    for rows in ([], [{"a": 1}], [{"a": 1}, {"b": [2, {"c": 3}]}]):
        print_json(iter(rows))

        assert json.loads(capsys.readouterr().out) == rows


URL = "https://acme.bitrix24.com/~71q5j-and-something-long"
TITLE = "Commercial offer for somebody with a very long name, signed by everybody"


def shown(monkeypatch: pytest.MonkeyPatch, width: int, *, is_terminal: bool = True) -> list[str]:
    """A table with a link as a terminal of that width gets it, line by line."""
    out = io.StringIO()
    monkeypatch.setattr(out, "isatty", lambda: is_terminal)
    monkeypatch.setattr("sys.stdout", out)
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TERM", "dumb")
    table = new_table("Document", "Title", "Portal", "State", "Link")
    table.add_row("61", cell(TITLE), cell("acme.bitrix24.com"), "[bold]public[/]", cell(URL))
    print_table(table, "nothing")
    return out.getvalue().splitlines()


@pytest.mark.parametrize("width", [20, 40, 80, 100, 120, 300])
def test_a_link_is_never_broken_over_lines(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    lines = shown(monkeypatch, width)

    assert [line for line in lines if URL in line]
    assert "".join(TITLE.split()[:3]) in "".join("".join(lines).split()) or width < 300
    if lines[0].startswith("Document  "):
        assert max(map(len, lines)) <= width, "a table fits the terminal"


def test_a_narrow_terminal_gets_a_line_for_each_column(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, 40) == [
        "Document: 61",
        f"Title: {TITLE}",
        "Portal: acme.bitrix24.com",
        "State: public",
        f"Link: {URL}",
    ]


def test_piped_a_row_is_one_line_however_narrow_the_terminal_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (_, row) = shown(monkeypatch, 40, is_terminal=False)

    assert TITLE in row
    assert row.endswith(URL)


FORMULAS = ["=1+1", "+49 30", "-1", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0"]
FORMULAS += ["a;=1+1", "a; +1", 'a;"=1', "a,b;@SUM(A1)", "\uff1d1+1"]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
def test_csv_is_read_back_by_any_reader_and_holds_no_formula(texts: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        out = io.StringIO(newline="")
        patch.setattr("sys.stdout", out)
        print_csv(["text", "none"], [{"text": text, "none": None} for text in [*FORMULAS, *texts]])

    rows = list(csv.reader(io.StringIO(out.getvalue(), newline=""), strict=True))
    assert rows[0] == ["text", "none"]
    assert len(rows) == 1 + len(FORMULAS) + len(texts)
    assert not [text for text, _ in rows if text[:1] in tuple("=+-@\t\r")]
    european = csv.reader(io.StringIO(out.getvalue(), newline=""), delimiter=";")
    assert not [cell for row in european for cell in row if cell[:1] in tuple("=+-@\uff1d")]
    assert out.getvalue().count("\r\n") == len(rows)
    assert all(line.isprintable() for line in out.getvalue().split("\r\n"))


def test_csv_keeps_what_was_written(capsys: pytest.CaptureFixture[str]) -> None:
    print_csv(["title", "url"], [{"title": 'Договор "1", señor', "url": URL}])

    assert capsys.readouterr().out == f'title,url\r\n"Договор ""1"", señor",{URL}\r\n'
