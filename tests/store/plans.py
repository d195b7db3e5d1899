"""How a database would read what a query asks for."""

from typing import Any

from sqlalchemy import Select, text

from robot.store.database import Database


async def plan_of(database: Database, query: Select[Any]) -> str:
    """Its plan in the database's own words; a table is read whole only where there is no index."""

    def read(conn: Any) -> str:
        compiled = query.compile(conn, compile_kwargs={"literal_binds": True})
        if conn.dialect.name == "sqlite":
            rows = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}")
            return "\n".join(row.detail for row in rows)
        conn.execute(text("SET LOCAL enable_seqscan = off"))  # few rows: it would always do that
        return "\n".join(conn.exec_driver_sql(f"EXPLAIN {compiled}").scalars())

    return await database.read(read)
