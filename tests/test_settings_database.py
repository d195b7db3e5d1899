"""Where the database is: a file, or a server whose password nobody sees."""

import pytest
from sqlalchemy import URL

from tests.test_settings import SECRET, empty_environment, load, refusal  # noqa: F401 # a fixture

POSTGRESQL = f"postgresql://robot:{SECRET}@db.example.com:6432/linkrobot"


@pytest.mark.parametrize(
    "url",
    [
        pytest.param(POSTGRESQL, id="as usual"),
        pytest.param(POSTGRESQL.replace("postgresql:", "postgres:"), id="as some hosts write it"),
        pytest.param(f"postgresql://db.example.com/x?password={SECRET}", id="as an option"),
    ],
)
def test_the_database_may_be_a_server_and_its_password_is_shown_nowhere(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    settings = load(monkeypatch, DATABASE_URL=url, SECRET_KEYS="a-key")

    assert isinstance(settings.database, URL)
    assert settings.database.host == "db.example.com"
    assert settings.database.password == SECRET
    assert SECRET not in f"{settings!r} {settings.database!r} {settings.database}"


def test_a_server_needs_the_keys_to_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    text = refusal(monkeypatch, DATABASE_URL=POSTGRESQL)

    assert "LINKROBOT_SECRET_KEYS" in text
    assert "linkrobot keys new" in text
    assert SECRET not in text


@pytest.mark.parametrize(
    "url",
    [
        pytest.param(f"mysql://robot:{SECRET}@db/linkrobot", id="another database"),
        pytest.param(f"postgresql://robot:{SECRET}@db", id="no name"),
        pytest.param(f"postgresql://robot:{SECRET}@db:a/b@db:5432/linkrobot", id="unescaped"),
        pytest.param(f"postgresql://robot@db:{SECRET}/linkrobot", id="no number"),
    ],
)
def test_a_wrong_address_of_the_database_is_refused_without_showing_it(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    text = refusal(monkeypatch, DATABASE_URL=url, SECRET_KEYS="a-key")

    assert "LINKROBOT_DATABASE_URL" in text
    assert "postgresql://" in text
    assert SECRET not in text
