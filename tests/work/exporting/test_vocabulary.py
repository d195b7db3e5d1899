"""Linkrobot's own sentences pass whole: a new one brings its words into vocabulary.py."""

import ast
import re
from pathlib import Path

import pytest

from robot.work.exporting import vocabulary
from robot.work.exporting.words import Names, scrub

ROOT = Path(__file__).parents[3]
# Where outcomes of robots are put into words.
SENTENCES = [
    "robot/flows/failures.py",
    "robot/flows/inputs.py",
    "robot/flows/documents.py",
    "robot/flows/publish.py",
    "robot/flows/withdraw.py",
    "robot/flows/catalogue.py",
    "robot/portal/client.py",
    "robot/protocol/answers.py",
]
NOTHING = Names(documents={}, templates={}, runs={}, item="")


def pieces(path: str) -> list[str]:
    """The texts of several words in a module, without its docstrings."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    docs = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
        if node.value.count(" ") > 1
    ]


@pytest.mark.parametrize("path", SENTENCES)
def test_our_sentences_pass_unchanged(path: str) -> None:
    texts = [re.sub(r"^[^«]*»|«[^»]*»?", "", text) for text in pieces(path)]

    assert [scrub(text, NOTHING) for text in texts] == texts


def test_every_error_code_that_workflows_may_branch_on_passes() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme.partition("| code | cause |")[2].partition("\n\n")[0]
    codes = {
        code
        for row in table.splitlines()
        if row.startswith("| `")
        for code in re.findall(r"`(\w+)`", row.split("|")[1])
    }

    assert len(codes) > 20
    assert codes <= vocabulary.ERROR_CODES
