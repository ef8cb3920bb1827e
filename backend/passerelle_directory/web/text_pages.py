"""What the pages of text say: titles, paragraphs and links, by the names of their sentences."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

# The file of a domain, as docs/claims.md describes it; the names are invented.
DOMAIN_FILE = json.dumps(
    {
        "claims": [
            {
                "rest_id": "1234567890",
                "screen_name": "museum",
                "did": "did:plc:aaaabbbbccccddddeeeeffff",
                "acct": "museum@social.example.org",
            }
        ]
    },
    indent=2,
)


@dataclass(frozen=True, slots=True)
class IfSet:
    """A sentence for operators who set `setting`, and another one for those who did not."""

    setting: str
    sentence: str
    otherwise: str


Paragraph: TypeAlias = str | IfSet
CONTACT = IfSet("contact", "legal_contact", "legal_no_contact")
OPERATOR = IfSet("operator", "legal_operator", "legal_no_operator")


@dataclass(frozen=True, slots=True)
class Section:
    """A section: its paragraphs, then `code` as it is, `quote` (a sentence to copy), and links as path and sentence."""

    title: str
    paragraphs: tuple[Paragraph, ...]
    anchor: str | None = None
    code: str | None = None
    quote: str | None = None
    links: tuple[tuple[str, str], ...] = ()
    names_source_code: bool = False


@dataclass(frozen=True, slots=True)
class TextPage:
    """A page of text."""

    title: str
    sections: tuple[Section, ...]
    lead: str | None = None


HOW = TextPage(
    title="how_title",
    lead="how_lead",
    sections=(
        Section("how_read_title", ("how_read",), links=(("/install", "nav_install"),)),
        Section("how_match_title", ("how_match",)),
        Section("how_follow_title", ("how_follow",)),
        Section("how_join_title", ("how_join",), links=(("/listed", "nav_listed"),)),
        Section("how_grades_title", ("grade_proven", "grade_attested", "grade_imported", "grade_claimed")),
    ),
)
ABOUT = TextPage(
    title="about_title",
    lead="about_lead",
    sections=(
        Section("legal_operator_title", (OPERATOR, CONTACT)),
        Section("about_criteria_title", ("who_1", "about_criteria", "about_criteria_2")),
        Section(
            "about_money_title", ("about_money", IfSet("funding", "about_funding", "about_no_funding")), anchor="money"
        ),
        Section("about_stop_title", ("about_stop_1", "about_stop_2"), links=(("/operators", "nav_operators"),)),
    ),
)
ORGANISATIONS = TextPage(
    title="organisations_title",
    lead="organisations_lead",
    sections=(
        Section("organisations_domain_title", ("organisations_domain_1",), code=DOMAIN_FILE),
        Section("organisations_join_title", ("organisations_domain_2", "organisations_domain_3")),
        Section("organisations_tell_title", ("organisations_tell",), quote="organisations_tell_text"),
        Section("organisations_keep_title", ("organisations_keep",)),
        Section(
            "organisations_coalition_title",
            ("organisations_coalition", CONTACT),
            links=(("/departures", "nav_departures"),),
        ),
    ),
)
PRIVACY = TextPage(
    title="privacy_page_title",
    lead="privacy_1",
    sections=(
        Section("privacy_visitors_title", ("privacy_visitors",)),
        Section("privacy_listed_title", ("privacy_listed",)),
        Section("privacy_join_title", ("privacy_join",)),
        Section("privacy_kept_title", ("privacy_kept",)),
        Section("privacy_given_title", ("privacy_given",)),
        Section("privacy_object_title", ("privacy_object", CONTACT), links=(("/listed", "nav_listed"),)),
        Section("privacy_rights_title", ("privacy_rights", OPERATOR)),
    ),
)
LEGAL = TextPage(
    title="legal_title",
    sections=(
        Section("legal_operator_title", (OPERATOR,), links=(("/about", "nav_about"),)),
        Section("legal_contact_title", (CONTACT,), anchor="contact"),
        Section("legal_licence_title", ("legal_licence",), names_source_code=True),
    ),
)
PAGES: Mapping[str, TextPage] = {
    "how": HOW,
    "about": ABOUT,
    "organisations": ORGANISATIONS,
    "privacy": PRIVACY,
    "legal": LEGAL,
}
"""Each page by its path."""
