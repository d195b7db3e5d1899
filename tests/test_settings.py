"""What the operator sets: read strictly, explained in words, never repeating a secret."""

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from robot.errors import SettingsError
from robot.settings import ENV_FILE, PREFIX, Settings, load_settings

SECRET = "made-up-secret-value"


@pytest.fixture(autouse=True)
def empty_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No setting of the machine that runs the tests counts."""
    for name in Settings.model_fields:
        monkeypatch.delenv(PREFIX + name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def load(monkeypatch: pytest.MonkeyPatch, **values: str) -> Settings:
    for name, value in values.items():
        monkeypatch.setenv(PREFIX + name, value)
    return load_settings()


def refusal(monkeypatch: pytest.MonkeyPatch, **values: str) -> str:
    with pytest.raises(SettingsError) as caught:
        load(monkeypatch, **values)
    return str(caught.value)


def test_the_app_starts_without_any_setting_but_serving_needs_its_address() -> None:
    settings = load_settings()

    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.credentials == {}
    assert settings.database_path == Path("data/linkrobot.sqlite")
    with pytest.raises(SettingsError, match="LINKROBOT_PUBLIC_URL"):
        settings.required_public_url()


def test_a_misspelt_name_is_refused_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    text = refusal(monkeypatch, PUBLIC_ULR="https://robot.example.com")

    assert "LINKROBOT_PUBLIC_ULR" in text
    assert "LINKROBOT_PUBLIC_URL" in text


def test_a_misspelt_name_is_refused_in_the_file(
    monkeypatch: pytest.MonkeyPatch, empty_environment: Path
) -> None:
    (empty_environment / ENV_FILE).write_text(f"LINKROBOT_CLIENT_SECRETS={SECRET}\nOTHER=1\n")

    text = refusal(monkeypatch)

    assert "LINKROBOT_CLIENT_SECRETS" in text
    assert SECRET not in text


def test_the_environment_outweighs_the_file(
    monkeypatch: pytest.MonkeyPatch, empty_environment: Path
) -> None:
    (empty_environment / ENV_FILE).write_text("LINKROBOT_PORT=9000\nLINKROBOT_HOST=0.0.0.0\n")

    settings = load(monkeypatch, PORT="9001")

    assert (settings.host, settings.port) == ("0.0.0.0", 9001)  # noqa: S104 # as in a container


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("https://robot.example.com", "https://robot.example.com"),
        ("https://robot.example.com/", "https://robot.example.com"),
        ("https://robot.example.com:8443/app/", "https://robot.example.com:8443/app"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_an_address_is_kept_without_a_slash_at_its_end(
    monkeypatch: pytest.MonkeyPatch, value: str, url: str
) -> None:
    assert load(monkeypatch, PUBLIC_URL=value).required_public_url() == url


@pytest.mark.parametrize(
    "value",
    [
        "http://robot.example.com",
        "robot.example.com",
        "ftp://robot.example.com",
        "https://",
        "https://user:made-up-secret-value@robot.example.com",
        "https://robot.example.com/?x=made-up-secret-value",
        "https://robot.example.com/#made-up-secret-value",
        "https://[half",
    ],
)
def test_what_is_no_https_address_is_refused_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    text = refusal(monkeypatch, PUBLIC_URL=value)

    assert "LINKROBOT_PUBLIC_URL" in text
    assert SECRET not in text


@pytest.mark.parametrize(
    ("value", "length"),
    [
        ("24h", timedelta(hours=24)),
        ("90d", timedelta(days=90)),
        (" 30 m ", timedelta(minutes=30)),
        ("10s", timedelta(seconds=10)),
    ],
)
def test_lengths_of_time_are_a_number_and_a_unit(
    monkeypatch: pytest.MonkeyPatch, value: str, length: timedelta
) -> None:
    assert load(monkeypatch, GIVE_UP_AFTER=value).give_up_after == length


@pytest.mark.parametrize("value", ["", "soon", "24 hours", "h", "99999999999d", "9" * 30 + "h"])
def test_other_lengths_are_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    assert "LINKROBOT_KEEP_RUNS" in refusal(monkeypatch, KEEP_RUNS=value)


def test_pairs_of_keys_stand_in_the_same_order(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, CLIENT_ID="local.1, local.2,", CLIENT_SECRET="one ,two")

    assert settings.credentials == {"local.1": "one", "local.2": "two"}


@pytest.mark.parametrize("secret", ["", "one", "one,two,made-up-secret-value"])
def test_a_key_without_its_other_half_is_refused(
    monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    text = refusal(monkeypatch, CLIENT_ID="local.1,local.2", CLIENT_SECRET=secret)

    assert "LINKROBOT_CLIENT_SECRET" in text
    assert SECRET not in text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "70000"),
        ("PORT", "http"),
        ("PORTAL_RATE", "0"),
        ("PORTAL_BURST", "0"),
        ("PORTAL_PARALLEL", "33"),
        ("AUTH_SERVERS", ""),
        ("AUTH_SERVERS", "https://oauth.bitrix.info,http://evil.example"),
        ("DATABASE_URL", "mysql://user:made-up-secret-value@db/linkrobot"),
    ],
)
def test_a_value_that_does_not_fit_is_told_by_its_name_and_no_secret_with_it(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv("LINKROBOT_CLIENT_ID", "local.1")
    monkeypatch.setenv("LINKROBOT_CLIENT_SECRET", SECRET)

    text = refusal(monkeypatch, **{name: value})

    assert f"LINKROBOT_{name}" in text
    assert SECRET not in text


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(
        monkeypatch,
        CLIENT_ID="local.1",
        CLIENT_SECRET=SECRET,
        SECRET_KEYS=SECRET,
        METRICS_TOKEN=SECRET,
    )

    assert SECRET not in repr(settings)
    assert SECRET not in str(settings.model_dump())
    assert settings.secret_keys == (SecretStr(SECRET),)


def test_settings_never_change_after_they_were_read() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings().port = 1


@pytest.mark.parametrize(
    ("host", "public_url", "is_local"),
    [
        pytest.param("127.0.0.1", "", True, id="only this machine"),
        pytest.param("127.0.0.1", "http://127.0.0.1:8000", True, id="a demo"),
        pytest.param("127.0.0.1", "https://robot.example.com", False, id="behind a proxy"),
        pytest.param("0.0.0.0", "http://127.0.0.1:8000", False, id="in a container"),  # noqa: S104
        pytest.param("::1", "", True, id="IPv6"),
    ],
)
def test_portals_of_this_machine_are_for_apps_of_this_machine(
    monkeypatch: pytest.MonkeyPatch, host: str, public_url: str, is_local: bool
) -> None:
    assert load(monkeypatch, HOST=host, PUBLIC_URL=public_url).is_local == is_local


def test_the_database_may_stand_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, DATABASE_URL="sqlite:////var/lib/robot.sqlite")

    assert settings.database_path == Path("/var/lib/robot.sqlite")
