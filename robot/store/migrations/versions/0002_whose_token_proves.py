"""Which installations' application token is known to browsers, and what their runs may use.

Only adds columns with defaults, so that the version before goes on working with this schema.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column(
        "portals",
        sa.Column("has_page", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column(
        "runs",
        sa.Column("own_tokens_only", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
