"""PostgreSQL: how connections to it are opened. Any number of processes share one database.

Nothing waits for ever: for a server that is gone, for somebody's lock, for a statement, for a
process that stopped in the middle of a transaction.
"""

from typing import Any

from sqlalchemy import URL, Engine, NullPool, create_engine, event

from robot.store.trouble import AbortedError

WRITERS, READERS = 4, 4  # connections of one process
_LIMITS = {
    "TimeZone": "UTC",
    "statement_timeout": "10s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "30s",
    "application_name": "linkrobot",
}
# Only what the address itself does not say.
_NETWORK: dict[str, Any] = {
    "connect_timeout": 5,  # seconds
    # A server that went without a word is noticed within half a minute.
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,  # milliseconds
}
_READ_COMMITTED = "BEGIN ISOLATION LEVEL READ COMMITTED"
_ONE_MOMENT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_SET = "SELECT " + ", ".join(
    f"set_config('{name}', '{value}', false)" for name, value in _LIMITS.items()
)
# What was committed is on disk, whatever the server is set to; more than that is its own choice.
_DURABLE = (
    "SELECT set_config('synchronous_commit', 'on', false)"
    " WHERE current_setting('synchronous_commit') = 'off'"
)


def engines(server: URL) -> tuple[Engine, Engine]:
    """One that writes, one that reads."""
    return engine(server), engine(server, begin=_ONE_MOMENT)


def engine(server: URL, *, begin: str = _READ_COMMITTED) -> Engine:
    """Whoever opens a connection keeps it, or closes it."""
    from psycopg.pq import TransactionStatus  # only where it is used: see signals.py

    network = {name: value for name, value in _NETWORK.items() if name not in server.query}
    made = create_engine(
        server,
        # SQLAlchemy begins transactions itself, so that `begin` says which kind.
        connect_args={"autocommit": True, **network},
        poolclass=NullPool,
        use_native_hstore=False,  # it would ask the server with each connection
        hide_parameters=True,  # errors are logged
    )

    @event.listens_for(made, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.execute(_SET)
        connection.execute(_DURABLE)

    @event.listens_for(made, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    @event.listens_for(made, "commit")
    def _refuse_aborted(connection: Any) -> None:
        # COMMIT would succeed, and the server would have rolled back.
        status = connection.connection.driver_connection.info.transaction_status
        if status == TransactionStatus.INERROR:
            raise AbortedError

    return made
