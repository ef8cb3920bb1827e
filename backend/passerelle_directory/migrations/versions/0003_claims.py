"""Claims, their proofs, and refusals; statements that come from a claim."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go to this version."""
    op.add_column("statements", sa.Column("claim", sa.String(12)))
    op.add_column("statements", sa.Column("leaving_on", sa.Date()))
    op.create_table(
        "claims",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.String(16), nullable=False),
        sa.Column("purpose", sa.String(12), nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("nonce", sa.String(32), nullable=False),
        sa.Column("rest_id", sa.String(20)),
        sa.Column("screen_name", sa.String(20)),
        sa.Column("did", sa.Text()),
        sa.Column("acct", sa.Text()),
        sa.Column("handle", sa.String(253)),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("country", sa.String(2)),
        sa.Column("leaving_on", sa.Date()),
        sa.Column("post_id", sa.String(20)),
        sa.Column("keytrace", sa.String(64)),
        sa.Column("has_domain", sa.Boolean(), nullable=False),
        sa.Column("in_x_profile", sa.Boolean(), nullable=False),
        sa.Column("grade", sa.String(12)),
        sa.Column("proven_at", MOMENT),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("checked_at", MOMENT),
        sa.Column("next_at", MOMENT, nullable=False),
        sa.Column("kept_until", MOMENT, nullable=False),
        sa.Column("readings", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims")),
        sa.UniqueConstraint("claim_id", name=op.f("uq_claims_claim_id")),
    )
    op.create_index(op.f("ix_claims_rest_id"), "claims", ["rest_id"])
    op.create_index(op.f("ix_claims_next_at"), "claims", ["next_at"])
    op.create_table(
        "proofs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("claim_key", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("side", sa.String(12), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(40)),
        sa.Column("name", sa.String(20)),
        sa.Column("read_at", MOMENT, nullable=False),
        sa.Column("gone_at", MOMENT),
        sa.ForeignKeyConstraint(["claim_key"], ["claims.id"], name=op.f("fk_proofs_claim_key"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proofs")),
        sa.UniqueConstraint("claim_key", "kind", "side", name=op.f("uq_proofs_claim_key")),
    )
    op.create_table(
        "refusals",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_refusals")),
    )


def downgrade() -> None:
    """Go back: claims are lost."""
    op.drop_table("refusals")
    op.drop_table("proofs")
    op.drop_index(op.f("ix_claims_next_at"), "claims")
    op.drop_index(op.f("ix_claims_rest_id"), "claims")
    op.drop_table("claims")
    op.drop_column("statements", "leaving_on")
    op.drop_column("statements", "claim")
