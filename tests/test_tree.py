"""The tree keeps its shape: layers, purity, small files, and a README that names everything."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from robot.cli.app import app
from robot.logs import _SECRET_NAMES
from robot.settings import PREFIX, Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
# Low to high; a module imports its own layer or lower ones.
LAYERS = [
    "robot.errors",
    "robot.settings",
    "robot.logs",
    "robot.steady",
    "robot.metrics",
    "robot.protocol",
    "robot.portal",
    "robot.flows",
    "robot.store",
    "robot.work",
    "robot.cli",
    "robot.__main__",
    "handlers",
]
PURE = ["protocol", "flows"]
# Pure rooms may use the standard library's values, but nothing that reads the world outside.
PURE_MAY_IMPORT = {
    "__future__",
    "bisect",
    "collections",
    "dataclasses",
    "datetime",
    "enum",
    "functools",
    "hashlib",
    "hmac",
    "ipaddress",
    "itertools",
    "json",
    "math",
    "re",
    "robot",
    "statistics",
    "typing",
    "urllib",
}
READS_THE_CLOCK = {"now", "utcnow", "today"}
MOST_LINES = 250
LOG_METHODS = {"debug", "info", "warning", "error", "exception", "critical"}


def files(*rooms: str) -> list[Path]:
    return sorted(
        path
        for room in rooms
        for path in (ROOT / room).rglob("*.py")
        if "__pycache__" not in path.parts
    )


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path) -> Iterator[str]:
    """Full names of all that a module imports, also inside its functions."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def layer(module: str) -> int | None:
    """How high a module stands; None where it is none of the app's."""
    found = [n for n, one in enumerate(LAYERS) if f"{module}.".startswith(f"{one}.")]
    return found[0] if found else None


def each(paths: list[Path]) -> list[object]:
    return [pytest.param(path, id=name(path)) for path in paths]


@pytest.mark.parametrize("path", each(files("robot", "handlers")))
def test_imports_go_downwards(path: Path) -> None:
    own = layer(name(path))
    upwards = [module for module in imports(path) if (layer(module) or 0) > (own or 0)]

    assert own is not None or name(path) == "robot"
    assert upwards == []


def test_the_sandbox_shares_no_code_with_the_app() -> None:
    shared = {
        (name(path), module)
        for path in files("sandbox")
        for module in imports(path)
        if module.split(".")[0] in ("robot", "handlers")
    }

    assert shared == set()


def test_the_app_shares_no_code_with_the_sandbox() -> None:
    shared = {
        (name(path), module)
        for path in files("robot", "handlers")
        for module in imports(path)
        if module.split(".")[0] in ("sandbox", "tests")
        # the demo starts the sandbox as a program; `linkrobot sandbox` hands over to its main
        and not name(path).startswith("robot.cli")
    }

    assert shared == set()


@pytest.mark.parametrize("path", each(files(*(f"robot/{room}" for room in PURE))))
def test_facts_and_flows_touch_nothing_outside(path: Path) -> None:
    foreign = {module for module in imports(path) if module.split(".")[0] not in PURE_MAY_IMPORT}
    calls = [node.func for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]
    clocks = [call.attr for call in calls if isinstance(call, ast.Attribute)]
    opened = [call.id for call in calls if isinstance(call, ast.Name)]

    assert foreign == set()
    assert not READS_THE_CLOCK & set(clocks)
    assert not {"open", "print", "input", "eval", "exec"} & set(opened)
    assert not {"urllib.request", "urllib.request.urlopen"} & set(imports(path))


@pytest.mark.parametrize("path", each(files("robot", "handlers")))
def test_nothing_is_put_away_while_it_is_still_awaited(path: Path) -> None:
    """`self.found.append(await …)` takes the list first: by then it may be another one's."""
    calls = [node for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]
    kept = [
        call
        for call in calls
        if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Attribute)
    ]

    for call in kept:
        inner = [*call.args, *(keyword.value for keyword in call.keywords)]
        awaited = any(isinstance(node, ast.Await) for arg in inner for node in ast.walk(arg))
        assert not awaited, f"line {call.lineno}: await first, then put it away"


def test_only_the_store_speaks_sql() -> None:
    speakers = {
        name(path).split(".")[1]
        for path in files("robot", "handlers")
        for module in imports(path)
        if module.startswith("sqlalchemy.") and module.split(".")[1] not in ("engine", "exc")
    }

    assert speakers == {"store"}


@pytest.mark.parametrize("path", each(files("robot", "handlers", "sandbox", "tests")))
def test_no_file_is_too_long_to_be_read(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize("path", each(files("robot", "handlers")))
def test_no_log_line_names_a_secret(path: Path) -> None:
    """`logs.py` strikes secrets out; nobody may come to rely on it."""
    logged = [
        node
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in LOG_METHODS
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "log"
    ]

    for call in logged:
        assert not {keyword.arg for keyword in call.keywords} & _SECRET_NAMES
        assert all(isinstance(argument, ast.Constant) for argument in call.args), "a fixed name"


@pytest.mark.parametrize("setting", sorted(Settings.model_fields))
def test_the_readme_names_every_setting(setting: str) -> None:
    assert f"`{PREFIX}{setting.upper()}`" in README


def test_the_readme_names_no_setting_that_is_not_there() -> None:
    known = {PREFIX + setting.upper() for setting in Settings.model_fields}

    assert set(re.findall(rf"\b{PREFIX}[A-Z_]+\b", README)) <= known


def commands() -> set[str]:
    """`serve`, `link enable`, …: every command of `linkrobot`."""

    def below(command: Any, path: str) -> Iterator[str]:
        inner = getattr(command, "commands", {})
        if not inner or command.invoke_without_command:
            yield path
        for word, one in inner.items():
            yield from below(one, f"{path} {word}".strip())

    return set(below(typer.main.get_command(app), ""))


@pytest.mark.parametrize("command", sorted(commands()))
def test_the_readme_names_every_command(command: str) -> None:
    assert re.search(rf"`linkrobot {re.escape(command)}\b", README)


def test_the_readme_names_no_command_that_is_not_there() -> None:
    named = set(
        re.findall(
            r"`linkrobot ((?:[a-z]+)(?: (?:sync|enable|disable|retry|export|check|new|rotate))?)",
            README,
        )
    )

    assert named <= commands() | {"link", "robots"}
    assert "serve" in named


@pytest.mark.parametrize("target", re.findall(r"\]\(((?!https?:)[^)#]+)\)", README))
def test_the_readme_leads_to_files_that_exist(target: str) -> None:
    assert (ROOT / target).exists()


@pytest.mark.parametrize("path", re.findall(r"`((?:robot|handlers|sandbox)/[\w/]+\.py)`", README))
def test_the_files_to_read_exist(path: str) -> None:
    assert (ROOT / path).is_file()
