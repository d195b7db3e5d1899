"""Which portals' application tokens every employee can read in his browser.

Those of before are not known: the next page that is opened there says so.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    shown = sa.Column[bool](
        "token_is_shown", sa.Boolean(), server_default=sa.false(), nullable=False
    )
    op.add_column("portals", shown)
