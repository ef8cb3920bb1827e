"""Keep the X name and the first did with each statement, not with the account.

Version 0001 did not store which source stated the id of an account. An account with one source keeps its id; one with
several goes back to its name until its files are imported again.

Columns are dropped in place (SQLite 3.35 and later): rebuilding `accounts`, as Alembic's batch mode does, would delete
every statement through ON DELETE CASCADE.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""
    op.add_column("statements", sa.Column("screen_name", sa.String(20)))
    op.add_column("statements", sa.Column("first_did", sa.Text()))
    op.execute(
        "UPDATE statements SET first_did = did, screen_name ="
        " (SELECT screen_name FROM accounts WHERE accounts.row_id = statements.row_id)"
    )
    op.execute(
        "UPDATE accounts SET rest_id = NULL WHERE screen_name IS NOT NULL AND"
        " (SELECT count(*) FROM statements WHERE statements.row_id = accounts.row_id) > 1"
    )
    for column in ("screen_name", "name_seen", "did"):
        op.drop_column("accounts", column)


def downgrade() -> None:
    """Go back to names and dids of accounts: the newest statement's."""
    op.add_column("accounts", sa.Column("screen_name", sa.String(20)))
    op.add_column("accounts", sa.Column("name_seen", sa.Date()))
    op.add_column("accounts", sa.Column("did", sa.Text()))
    for column, value in (("screen_name", "screen_name"), ("name_seen", "source_date"), ("did", "first_did")):
        op.execute(
            f"UPDATE accounts SET {column} = (SELECT {value} FROM statements"  # noqa: S608  # names of our own columns
            f" WHERE statements.row_id = accounts.row_id AND {value} IS NOT NULL ORDER BY source_date DESC LIMIT 1)"
        )
    op.drop_column("statements", "screen_name")
    op.drop_column("statements", "first_did")
