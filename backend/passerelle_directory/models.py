"""The tables: X accounts, statements of sources about them, organisations that left X, and publications."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, DateTime, ForeignKey, Integer, MetaData, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

# Constraints need names, or a later migration cannot drop them (https://alembic.sqlalchemy.org/en/latest/naming.html).
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(naming_convention=NAMES)


class Account(Base):
    """One X account as its sources identify it: all of them by this `rest_id`, or all of them by this name only.

    `row_id` is random and never changes. `screen_name_key` is the last name imported; it serves to find the account.
    """

    __tablename__ = "accounts"

    row_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    rest_id: Mapped[str | None] = mapped_column(String(20), unique=True)
    screen_name_key: Mapped[str | None] = mapped_column(String(20), index=True)

    statements: Mapped[list[Statement]] = relationship(
        back_populates="account", cascade="all, delete-orphan", order_by="Statement.id"
    )


class Statement(Base):
    """One source's statement about one X account: its name, and where its owner is now. `id` gives the order of import.

    `first_did` is the did that the source gave first; a later `did` that differs is shown as a contradiction.
    """

    __tablename__ = "statements"
    __table_args__ = (UniqueConstraint("row_id", "source"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    row_id: Mapped[str] = mapped_column(ForeignKey("accounts.row_id", ondelete="CASCADE"))
    source: Mapped[str] = mapped_column(String(300))
    source_url: Mapped[str | None] = mapped_column(Text)
    source_date: Mapped[date | None] = mapped_column(Date)
    screen_name: Mapped[str | None] = mapped_column(String(20))
    did: Mapped[str | None] = mapped_column(Text)
    first_did: Mapped[str | None] = mapped_column(Text)
    handle: Mapped[str | None] = mapped_column(String(253))
    acct: Mapped[str | None] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(20))
    country: Mapped[str | None] = mapped_column(String(2))
    display_name: Mapped[str | None] = mapped_column(String(300))

    account: Mapped[Account] = relationship(back_populates="statements")


class Departure(Base):
    """One source's statement that an organisation left X. `left` and `by` (no later than) are a year, month or day.

    `key` is the country and the name in lower case: statements with one key are about the same organisation.
    """

    __tablename__ = "departures"
    __table_args__ = (UniqueConstraint("key", "source"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    key: Mapped[str] = mapped_column(Text)
    organisation: Mapped[str] = mapped_column(String(300))
    kind: Mapped[str] = mapped_column(String(20))
    country: Mapped[str | None] = mapped_column(String(2))
    left: Mapped[str | None] = mapped_column(String(10))
    by: Mapped[str | None] = mapped_column(String(10))
    how: Mapped[str] = mapped_column(String(20))
    handle: Mapped[str | None] = mapped_column(String(253))
    acct: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(300))
    source_url: Mapped[str | None] = mapped_column(Text)
    source_date: Mapped[date | None] = mapped_column(Date)


class Publication(Base):
    """One signed latest.json: its version, which only grows, and the counts shown on the home page."""

    __tablename__ = "publications"

    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    generated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    people: Mapped[int] = mapped_column(Integer)
    organisations: Mapped[int] = mapped_column(Integer)


class PublishedFile(Base):
    """One file under public/files. `superseded_at` is set when a publication no longer names it."""

    __tablename__ = "published_files"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    superseded_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
