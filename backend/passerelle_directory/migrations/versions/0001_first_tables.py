"""Create the first tables: accounts, statements, departures, publications, published files."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""
    op.create_table(
        "accounts",
        sa.Column("row_id", sa.String(16), nullable=False),
        sa.Column("rest_id", sa.String(20)),
        sa.Column("screen_name", sa.String(20)),
        sa.Column("screen_name_key", sa.String(20)),
        sa.Column("name_seen", sa.Date()),
        sa.Column("did", sa.Text()),
        sa.PrimaryKeyConstraint("row_id", name="pk_accounts"),
        sa.UniqueConstraint("rest_id", name="uq_accounts_rest_id"),
    )
    op.create_index("ix_accounts_screen_name_key", "accounts", ["screen_name_key"])
    op.create_table(
        "statements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("row_id", sa.String(16), nullable=False),
        sa.Column("source", sa.String(300), nullable=False),
        sa.Column("source_url", sa.Text()),
        sa.Column("source_date", sa.Date()),
        sa.Column("did", sa.Text()),
        sa.Column("handle", sa.String(253)),
        sa.Column("acct", sa.Text()),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("country", sa.String(2)),
        sa.Column("display_name", sa.String(300)),
        sa.ForeignKeyConstraint(["row_id"], ["accounts.row_id"], name="fk_statements_row_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_statements"),
        sa.UniqueConstraint("row_id", "source", name="uq_statements_row_id"),
    )
    op.create_table(
        "departures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("organisation", sa.String(300), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("country", sa.String(2)),
        sa.Column("left", sa.String(10)),
        sa.Column("by", sa.String(10)),
        sa.Column("how", sa.String(20), nullable=False),
        sa.Column("handle", sa.String(253)),
        sa.Column("acct", sa.Text()),
        sa.Column("source", sa.String(300), nullable=False),
        sa.Column("source_url", sa.Text()),
        sa.Column("source_date", sa.Date()),
        sa.PrimaryKeyConstraint("id", name="pk_departures"),
        sa.UniqueConstraint("key", "source", name="uq_departures_key"),
    )
    op.create_table(
        "publications",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("generated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("organisations", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_publications"),
    )
    op.create_table(
        "published_files",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("name", name="pk_published_files"),
    )


def downgrade() -> None:
    """Go back to no tables at all."""
    for table in ("published_files", "publications", "departures", "statements", "accounts"):
        op.drop_table(table)
