"""Until when a link lives, who asked for it and how it ended; runs that wait for a PDF.

Only adds, so that the version before goes on working with this schema.
"""

import sqlalchemy as sa
from alembic import op

from robot.store.columns import Id, Json, Number, UtcDateTime, Words
from robot.store.migrations.living import lives_with

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("portals", sa.Column("renewed_with", sa.LargeBinary(32)))
    op.add_column("portals", sa.Column("templates", Json()))
    op.add_column("portals", sa.Column("templates_at", UtcDateTime()))
    op.add_column("runs", sa.Column("looks", Number, server_default="0", nullable=False))
    op.add_column("runs", sa.Column("first_look_at", UtcDateTime()))
    op.add_column("runs", sa.Column("look_at", UtcDateTime()))
    _index("runs_looking", "runs", ["portal_id", "look_at"], "look_at IS NOT NULL")
    for column in (
        sa.Column("source", Words(16), server_default="", nullable=False),
        sa.Column("user_id", sa.BigInteger()),
        sa.Column("sent_at", UtcDateTime()),
        sa.Column("expires_at", UtcDateTime()),
        sa.Column("due_at", UtcDateTime()),
        sa.Column("ended_by", Words(16)),
    ):
        op.add_column("links", column)
    _index("links_due", "links", ["due_at"], "due_at IS NOT NULL")
    op.create_index("links_of_document", "links", ["portal_id", "document_id"])
    _index("links_since", "links", ["asked_at"], "state != 'off'")
    op.create_index("links_of_item", "links", ["item", "portal_id"])
    _index("links_ending", "links", ["portal_id", "expires_at"], "state != 'off'")
    op.create_table(
        "audit",
        sa.Column("id", Id, primary_key=True),
        sa.Column("portal_id", Id, sa.ForeignKey("portals.id"), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("action", Words(16), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("source", Words(16), nullable=False),
        sa.Column("user_id", sa.BigInteger()),
        sa.Column("run_id", sa.BigInteger()),
        sa.Column("item", Words(255), server_default="", nullable=False),
        sa.Column("url", Words(), server_default="", nullable=False),
        sa.Column("expires_at", UtcDateTime()),
    )
    op.create_index("audit_of_document", "audit", ["portal_id", "document_id"])
    lives_with("0002", revision=revision)


def _index(name: str, table: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)
