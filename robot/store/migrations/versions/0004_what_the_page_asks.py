"""What the app's page asks: a portal's runs by number, item, failure and day; days that are over;
its links by their beginning and end.

Only adds, so that the version before goes on working with this schema.
"""

import sqlalchemy as sa
from alembic import op

from robot.store.columns import Id, Number, UtcDateTime
from robot.store.migrations.living import lives_with

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("runs", sa.Column("chosen_at", UtcDateTime()))
    op.create_index("runs_of_portal", "runs", ["portal_id", "id"])
    op.create_index("runs_of_item", "runs", ["portal_id", "document_id"])
    _index("runs_failed", "runs", ["portal_id", "id"], "succeeded IS FALSE")
    _index(
        "runs_untaken",
        "runs",
        ["portal_id", "id"],
        "ending NOT IN ('reported', 'not_awaited')",
    )
    _index("runs_decided", "runs", ["portal_id", "decided_at"], "decided_at IS NOT NULL")
    _index("links_of_portal", "links", ["portal_id", "asked_at"], "state != 'off'")
    _index("links_ended", "links", ["portal_id", "changed_at"], "state = 'off'")
    _index("links_ended_so", "links", ["portal_id", "ended_by", "changed_at"], "state = 'off'")
    op.create_table(
        "days",
        sa.Column(
            "portal_id", Id, sa.ForeignKey("portals.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("day", UtcDateTime(), primary_key=True),
        sa.Column("done", Number, nullable=False),
        sa.Column("failed", Number, nullable=False),
        sa.Column("median_ms", Number),
    )
    lives_with("0003", revision=revision)


def _index(name: str, table: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)
