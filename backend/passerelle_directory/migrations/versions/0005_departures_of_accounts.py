"""Departures name the X account that was left, and the office of a person."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

COLUMNS = {"office": 300, "rest_id": 20, "screen_name": 20}  # with their lengths


def upgrade() -> None:
    """Go to this version."""
    for name, length in COLUMNS.items():
        op.add_column("departures", sa.Column(name, sa.String(length)))


def downgrade() -> None:
    """Go back: departures of people are lost, for the version before knows only organisations."""
    op.execute("DELETE FROM departures WHERE office IS NOT NULL")
    for name in COLUMNS:
        op.drop_column("departures", name)
