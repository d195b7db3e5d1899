"""What each portal's administrator was told, and when last.

Only adds, so that the version before goes on working with this schema.
"""

import sqlalchemy as sa
from alembic import op

from robot.store.columns import Id, UtcDateTime, Words
from robot.store.migrations.living import lives_with

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "notices",
        sa.Column(
            "portal_id", Id, sa.ForeignKey("portals.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("cause", Words(32), primary_key=True),
        sa.Column("told_at", UtcDateTime(), nullable=False),
    )
    lives_with("0003", revision=revision)
