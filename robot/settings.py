"""What the operator sets: environment variables or `.env`, prefix `LINKROBOT_`.

Each name is a promise to users (README lists them all). Nothing else reads the environment.
"""

import ipaddress
import os
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError

from robot.errors import SettingsError

PREFIX = "LINKROBOT_"
ENV_FILE = ".env"
_SQLITE = "sqlite:///"
_POSTGRESQL = ("postgresql://", "postgres://")
_TAKEN_OVER_FIRST = timedelta(seconds=5)  # a replica that is only slow is not dead
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def read_duration(text: str) -> timedelta:
    """'24h' or '90d' as a timedelta.

    Raises:
        ValueError: it says how to write one.
    """
    match = re.fullmatch(r"\s*([0-9]{1,6})\s*([smhd])\s*", text)
    if not match:
        raise ValueError("must be a number and a unit, such as 24h or 90d (s, m, h or d)")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _duration(value: Any) -> Any:
    return read_duration(value) if isinstance(value, str) else value


def _names(value: Any) -> Any:
    """A comma-separated list as a tuple without blanks."""
    if not isinstance(value, str):
        return value
    return tuple(name.strip() for name in value.split(",") if name.strip())


Duration = Annotated[timedelta, BeforeValidator(_duration)]
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_names)]


class Settings(BaseSettings):
    """Every setting with its default; `load_settings` builds it once."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=ENV_FILE,
        extra="ignore",  # unknown names are looked for by `load_settings`, in both places
        frozen=True,
        hide_input_in_errors=True,  # pydantic would print the other values, secrets too
    )

    # the https address at which Bitrix24 reaches the app; http only on loopback
    public_url: str = ""
    # Bitrix24: Developer resources > Integrations > the local application, after saving it
    client_id: Names = ()
    client_secret: Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_names)] = ()
    data_dir: Path = Path("data")
    database_url: SecretStr = SecretStr("")  # it may hold a password
    # the only authorization servers that are ever called
    auth_servers: Names = ("https://oauth.bitrix.info", "https://oauth.bitrix24.tech")
    # Fernet keys: the first one encrypts, all decrypt; empty = the key file in DATA_DIR
    secret_keys: Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_names)] = ()
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    portal_rate: float = Field(default=2.0, gt=0)  # requests per second and portal
    portal_burst: int = Field(default=50, ge=1)  # requests at once before the rate binds
    portal_parallel: int = Field(default=4, ge=1, le=32)  # requests in flight per portal
    give_up_after: Duration = timedelta(hours=24)
    keep_runs: Duration = timedelta(days=90)
    # with PostgreSQL: from the death of a replica until another one works on its portals
    take_over_after: Duration = Field(default=timedelta(seconds=10), ge=_TAKEN_OVER_FIRST)
    activities: bool = True  # also for the workflow designer, on plans that have it
    notify: bool = True  # tell a portal's administrator in Bitrix24 what only a person can mend
    metrics_token: SecretStr = SecretStr("")
    private_portals: Names = ()

    @field_validator("public_url")
    @classmethod
    def _check_public_url(cls, value: str) -> str:
        return _base_url(value) if value else ""

    @field_validator("auth_servers")
    @classmethod
    def _check_auth_servers(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value:
            raise ValueError("name at least one authorization server")
        return tuple(_base_url(server) for server in value)

    @field_validator("database_url")
    @classmethod
    def _check_database_url(cls, value: SecretStr) -> SecretStr:
        url = value.get_secret_value()
        if url.startswith(_POSTGRESQL):
            _server(url)
        elif url and not url.startswith(_SQLITE):
            raise ValueError("must begin with sqlite:/// or postgresql://, or be left empty")
        return value

    @property
    def is_local(self) -> bool:
        """Only this machine reaches the app, so portals on this machine may be used too.

        An app that listens on loopback behind a proxy is not local: its PUBLIC_URL says so.
        """
        public = urlsplit(self.public_url).hostname
        return is_loopback(self.host) and (public is None or is_loopback(public))

    @property
    def credentials(self) -> Mapping[str, str]:
        """client_id -> client_secret."""
        secrets = (secret.get_secret_value() for secret in self.client_secret)
        return dict(zip(self.client_id, secrets, strict=True))

    @property
    def database(self) -> Path | URL:
        """SQLite's file, or the PostgreSQL server."""
        url = self.database_url.get_secret_value()
        return _server(url) if url.startswith(_POSTGRESQL) else self.database_path

    @property
    def is_shared(self) -> bool:
        """Whether many processes may work on the database, on this machine and on others."""
        return isinstance(self.database, URL)

    @property
    def database_path(self) -> Path:
        """SQLite's file; without a meaning where the database is a server's."""
        if url := self.database_url.get_secret_value():
            return Path(url.removeprefix(_SQLITE))
        return self.data_dir / "linkrobot.sqlite"

    def required_public_url(self) -> str:
        """PUBLIC_URL, without a slash at its end."""
        if not self.public_url:
            raise SettingsError(
                f"{PREFIX}PUBLIC_URL is not set. Set it to the https address at which Bitrix24 "
                "reaches this app, for example https://robot.example.com"
            )
        return self.public_url


def load_settings() -> Settings:
    """Read the environment and `.env`.

    Raises:
        SettingsError: a name with our prefix is unknown, or a value does not fit.
    """
    _refuse_unknown_names()
    try:
        settings = Settings()
    except ValidationError as error:
        raise SettingsError(_explain(error)) from None
    if len(settings.client_id) != len(settings.client_secret):
        raise SettingsError(
            f"{PREFIX}CLIENT_ID and {PREFIX}CLIENT_SECRET must hold the same number of values, "
            "in the same order"
        )
    if settings.is_shared and not settings.secret_keys:
        raise SettingsError(
            f"{PREFIX}SECRET_KEYS is not set. With PostgreSQL no key is made by itself: print one "
            "with `linkrobot keys new`, and set it, the same on every replica"
        )
    return settings


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach that address."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _server(url: str) -> URL:
    """The address without its password is shown to people; an error shows nothing of it."""
    try:
        server = make_url(url).set(drivername="postgresql+psycopg")
    except (SQLAlchemyError, ValueError):
        server = None
    if server is None or not server.database:
        raise ValueError(
            "must look like postgresql://user:password@host:5432/name, with %40 for each @, "
            "%3A for each : and %2F for each / in the password"
        ) from None
    if password := server.query.get("password"):  # there it would be shown
        server = server.difference_update_query(["password"]).set(password=str(password))
    return server


def _base_url(value: str) -> str:
    parts = urlsplit(value.strip())
    if not parts.hostname or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("must look like https://robot.example.com")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname)):
        raise ValueError("must begin with https:// (http:// only for this machine itself)")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def _refuse_unknown_names() -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    present = {name.upper() for name in (*os.environ, *dotenv_values(ENV_FILE))}
    unknown = sorted(name for name in present if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise SettingsError(
            f"Unknown setting {', '.join(unknown)}. Known are: {', '.join(sorted(known))}"
        )


def _explain(error: ValidationError) -> str:
    lines = (
        f"{PREFIX}{str(problem['loc'][0]).upper()}: {problem['msg'].removeprefix('Value error, ')}"
        for problem in error.errors(include_input=False, include_url=False)
    )
    return "; ".join(lines)
