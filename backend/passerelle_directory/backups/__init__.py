"""The database in one file, the same for SQLite and PostgreSQL: made while others write, restored into an empty one."""
