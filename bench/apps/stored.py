"""A database with many runs: one real run of the app, copied by SQL as often as wanted.

So the copies have whatever columns the tables have; only what must differ does.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

DATABASE = "linkrobot.sqlite"
_KEPT_DAYS = 90
# What differs from copy to copy: column -> SQL, with `n` as the number of the copy.
_RUN = {
    "id": "NULL",
    "event_hash": "randomblob(32)",
    "entity_id": "n",
    "document_id": "'DEAL_' || n",
    "chosen": "CASE WHEN {column} IS NULL THEN NULL ELSE '[' || n || ']' END",
    # finished runs lie in the past, spread over the time that they are kept
    "finished_at": f"strftime('%Y-%m-%d %H:%M:%f000', {{column}}, "
    f"'-' || (n % ({_KEPT_DAYS} * 1440)) || ' minutes')",
}
_LINK = {"id": "NULL", "document_id": "n", "run_id": "n", "item": "'DEAL_' || n"}
_COPIES = (
    "WITH RECURSIVE copies(n) AS (SELECT 1000000 UNION ALL SELECT n + 1 FROM copies LIMIT {number})"
)


def copy_last_run(folder: Path, number: int) -> None:
    """So many copies of the newest run, and of its link where it has one. The app must be off."""
    with closing(sqlite3.connect(folder / DATABASE)) as db, db:
        db.execute("PRAGMA synchronous=OFF")
        db.execute("PRAGMA cache_size=-400000")
        (run_id,) = db.execute("SELECT max(id) FROM runs").fetchone()
        _copy(db, "runs", _RUN, f"id = {run_id}", number)
        _copy(db, "links", _LINK, f"run_id = {run_id}", number)
    with closing(sqlite3.connect(folder / DATABASE)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def counted(folder: Path, condition: str) -> int:
    """How many runs are so."""
    with closing(sqlite3.connect(f"file:{folder / DATABASE}?mode=ro", uri=True)) as db:
        query = f"SELECT count(*) FROM runs WHERE {condition}"  # noqa: S608 # our own words
        return int(db.execute(query).fetchone()[0])


def _copy(
    db: sqlite3.Connection, table: str, differs: dict[str, str], where: str, number: int
) -> None:
    columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
    values = ", ".join(
        differs.get(column, "{column}").format(column=f"one.{column}") for column in columns
    )
    db.execute(
        f"{_COPIES.format(number=number)} INSERT INTO {table} ({', '.join(columns)}) "  # noqa: S608
        f"SELECT {values} FROM copies, (SELECT * FROM {table} WHERE {where}) AS one"
    )
