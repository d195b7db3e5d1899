"""What is wrong with a PostgreSQL server is said in a sentence with its remedy."""

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError

from robot.store.database import Database
from robot.store.trouble import concerns_database, explain
from tests.store.store_rig import ONLY_POSTGRESQL

VALUE = "a value of somebody"
SERVER = {
    "28P01": "password",
    "3D000": "CREATE DATABASE",
    "25006": "primary",
    "53100": "Free some space",
    "53300": "max_connections",
    "55P03": "pg_stat_activity",
    "57014": "too long",
    "57P01": "stopped",
    "57P02": "crashed",
    "57P03": "starting or stopping",
    "08006": "cannot be reached",
    "XX001": "backup",
}
SAID = {
    'FATAL:  password authentication failed for user "a value of somebody"': "password",
    "fe_sendauth: no password supplied": "password",
    'FATAL:  no pg_hba.conf entry for host "10.0.0.1"': "pg_hba.conf",
    'FATAL:  database "a value of somebody" does not exist': "CREATE DATABASE",
    "FATAL:  sorry, too many clients already": "max_connections",
    "FATAL:  the database system is starting up": "starting",
    "Connection refused": "cannot be reached",
    "timeout expired": "cannot be reached",
}


@pytest.mark.anyio
@ONLY_POSTGRESQL
@pytest.mark.parametrize("code", SERVER)
async def test_the_servers_codes_are_told_in_words(database: Database, code: str) -> None:
    fail = text(f"DO $$ BEGIN RAISE EXCEPTION '{VALUE}' USING ERRCODE = '{code}'; END $$")

    with pytest.raises(DBAPIError) as caught:
        await database.write(lambda conn: conn.execute(fail))

    assert SERVER[code] in explain(caught.value)
    assert VALUE not in explain(caught.value)
    assert concerns_database(caught.value)


@pytest.mark.anyio
@ONLY_POSTGRESQL
async def test_a_row_that_does_not_fit_is_no_trouble_of_the_server(database: Database) -> None:
    fail = text("INSERT INTO check_values VALUES (NULL, NULL)")

    with pytest.raises(DBAPIError) as caught:
        await database.write(lambda conn: conn.execute(fail))

    assert explain(caught.value) == "NotNullViolation (23502)"
    assert not concerns_database(caught.value)


@pytest.mark.parametrize("said", SAID)
def test_a_connection_that_is_refused_is_told_in_words(said: str) -> None:
    cause = psycopg.OperationalError(f"connection failed: connection to server at x: {said}")
    error = OperationalError("SELECT", {}, cause)

    assert SAID[said] in explain(error)
    assert VALUE not in explain(error)
    assert concerns_database(error)
