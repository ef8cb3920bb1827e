"""The tables: X accounts, what sources state about them, people's claims, organisations that left X, publications."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Boolean, Date, DateTime, ForeignKey, Integer, MetaData, String, Text, UniqueConstraint, false
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
    `claim` is the grade of a person's own claim, which registrar/intake.py takes in; None for other sources.
    `published_claim`: what its row carries of that claim, JSON of `passerelle.claims.published`; None where a part of
    the claim is not proven and so not published.
    `is_own_domain`: a harvest has read it at the domain whose own accounts these are; no imported file can say so.
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
    claim: Mapped[str | None] = mapped_column(String(12))
    leaving_on: Mapped[date | None] = mapped_column(Date)
    published_claim: Mapped[str | None] = mapped_column(Text)
    is_own_domain: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())

    account: Mapped[Account] = relationship(back_populates="statements")


class HeldChange(Base):
    """Another account that a harvest has found at a source, not published before it has stood there for some days."""

    __tablename__ = "held_changes"

    statement_id: Mapped[int] = mapped_column(ForeignKey("statements.id", ondelete="CASCADE"), primary_key=True)
    targets: Mapped[str] = mapped_column(Text)
    since: Mapped[date] = mapped_column(Date)


class StoredClaim(Base):
    """A claim or an objection (`purpose`), as the registrar keeps it; `secret_hash` is the SHA-256 of its secret.

    `grade` is the verdict on its proofs; `proven_at` since when it is `proven`, and `readings` how often it was read.
    `next_at` is when it is read again, `failures` how often in a row no server answered. At `kept_until` it is deleted
    if nothing of it is proven then. `public_page`: whether its owner wants a page of the directory about it
    (passerelle.claims.models.PublicPage).
    """

    __tablename__ = "claims"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    claim_id: Mapped[str] = mapped_column(String(16), unique=True)
    purpose: Mapped[str] = mapped_column(String(12))
    secret_hash: Mapped[str] = mapped_column(String(64))
    nonce: Mapped[str] = mapped_column(String(32))
    rest_id: Mapped[str | None] = mapped_column(String(20), index=True)
    screen_name: Mapped[str | None] = mapped_column(String(20))
    did: Mapped[str | None] = mapped_column(Text)
    acct: Mapped[str | None] = mapped_column(Text)
    handle: Mapped[str | None] = mapped_column(String(253))
    kind: Mapped[str] = mapped_column(String(20))
    country: Mapped[str | None] = mapped_column(String(2))
    leaving_on: Mapped[date | None] = mapped_column(Date)
    public_page: Mapped[str | None] = mapped_column(String(12))
    post_id: Mapped[str | None] = mapped_column(String(20))
    keytrace: Mapped[str | None] = mapped_column(String(64))
    has_domain: Mapped[bool] = mapped_column(Boolean)
    in_x_profile: Mapped[bool] = mapped_column(Boolean)
    grade: Mapped[str | None] = mapped_column(String(12))
    proven_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    checked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    next_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    kept_until: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    readings: Mapped[int] = mapped_column(Integer)
    failures: Mapped[int] = mapped_column(Integer)

    proofs: Mapped[list[StoredProof]] = relationship(
        back_populates="claim", cascade="all, delete-orphan", order_by="StoredProof.id"
    )


class StoredProof(Base):
    """The latest reading of one proof of a claim: `passerelle.claims.models.Proof`."""

    __tablename__ = "proofs"
    __table_args__ = (UniqueConstraint("claim_key", "kind", "side"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    claim_key: Mapped[int] = mapped_column(ForeignKey("claims.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    side: Mapped[str] = mapped_column(String(12))
    url: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str | None] = mapped_column(String(40))
    name: Mapped[str | None] = mapped_column(String(20))
    read_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    gone_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    claim: Mapped[StoredClaim] = relationship(back_populates="proofs")


class Refusal(Base):
    """An account that is not to be listed: a keyed hash (registrar/refusals.py), never the account itself."""

    __tablename__ = "refusals"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Departure(Base):
    """One source's statement that an organisation left X. `left` and `by` (no later than) are a year, month or day.

    A person has an `office`. `rest_id` and `screen_name` are the X account's, where the source names it. `key` is the
    country and the name in lower case: statements with one key are about the same organisation.
    """

    __tablename__ = "departures"
    __table_args__ = (UniqueConstraint("key", "source"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    key: Mapped[str] = mapped_column(Text)
    organisation: Mapped[str] = mapped_column(String(300))
    office: Mapped[str | None] = mapped_column(String(300))
    rest_id: Mapped[str | None] = mapped_column(String(20))
    screen_name: Mapped[str | None] = mapped_column(String(20))
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


class DailyCount(Base):
    """How many rows the last publication of a day had of one country; an empty `country`: rows that name none."""

    __tablename__ = "daily_counts"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    country: Mapped[str] = mapped_column(String(2), primary_key=True)
    people: Mapped[int] = mapped_column(Integer)
    organisations: Mapped[int] = mapped_column(Integer)


class PublishedFile(Base):
    """One file under public/files. `superseded_at` is set when a publication no longer names it."""

    __tablename__ = "published_files"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    superseded_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
