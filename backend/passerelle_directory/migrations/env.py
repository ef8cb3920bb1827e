"""Alembic's entry: runs migrations on the connection that database.py hands over."""

from alembic import context
from passerelle_directory.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite cannot alter tables in place
)
with context.begin_transaction():
    context.run_migrations()
