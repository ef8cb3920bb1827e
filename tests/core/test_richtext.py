"""Facets of a post on Bluesky: the vectors, and what holds for any text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from passerelle.networks.bluesky.richtext import MAX_TAG, find_facets

VECTORS = json.loads((Path(__file__).parents[1] / "data/vectors/post-facets.json").read_text())["cases"]
LINK = "https://a.example.org/#x"
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
PIECES = st.sampled_from(["#eXit", "#", "\uff03", " ", "\n", "。", "،", "!", FAMILY, "é", "引", "ع", ")", "1", LINK])
TEXTS = st.lists(PIECES | st.text(max_size=5), max_size=20).map("".join)


@pytest.mark.parametrize("case", VECTORS, ids=[case["about"] for case in VECTORS])
def test_hashtags_and_links_are_found_by_bytes(case: dict[str, Any]) -> None:
    found = [
        [
            one["index"]["byteStart"],
            one["index"]["byteEnd"],
            kind,
            one["features"][0].get("tag") or one["features"][0]["uri"],
        ]
        for one in find_facets(case["text"])
        for kind in [one["features"][0]["$type"].partition("#")[2]]
    ]
    assert found == case["facets"]


@given(TEXTS)
def test_each_facet_is_whole_characters_that_say_what_it_is_and_none_covers_another(text: str) -> None:
    content, end = text.encode(), 0
    for one in find_facets(text):
        start, start_of_next = one["index"]["byteStart"], one["index"]["byteEnd"]
        assert end <= start < start_of_next <= len(content)
        shown, (feature,) = content[start:start_of_next].decode(), one["features"]
        assert shown == feature.get("uri", shown)
        assert shown[1:] == feature.get("tag", shown[1:])
        assert 0 < len(feature.get("tag", "x")) <= MAX_TAG
        end = start_of_next
