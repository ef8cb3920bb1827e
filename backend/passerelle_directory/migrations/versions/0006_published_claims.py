"""What a row carries of the claim that states it."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""
    op.add_column("statements", sa.Column("published_claim", sa.Text()))


def downgrade() -> None:
    """Go back."""
    op.drop_column("statements", "published_claim")
