"""Pages that owners of claims want, and the number of rows by day and country."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""
    op.add_column("claims", sa.Column("public_page", sa.String(12)))
    op.create_table(
        "daily_counts",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("organisations", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "country", name=op.f("pk_daily_counts")),
    )


def downgrade() -> None:
    """Go back: the history of the counts is lost."""
    op.drop_table("daily_counts")
    op.drop_column("claims", "public_page")
