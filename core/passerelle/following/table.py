"""FOLLOWING: one entry per network on which Passerelle writes follows, so that the queue and the engine name none."""

from __future__ import annotations

from collections.abc import Mapping

from passerelle.following import bluesky, mastodon
from passerelle.following.rules import FollowRules
from passerelle.identifiers import Network
from passerelle.networks.fediverse import answers

FOLLOWING: Mapping[Network, FollowRules] = {
    "bluesky": FollowRules(
        pace=bluesky.PACE,
        choose_record_keys=bluesky.choose_record_keys,
        write_request=bluesky.write_request,
        read_write=bluesky.read_write,
        look_up=bluesky.look_up,
        find_target=bluesky.find_target,
        list_follows=bluesky.list_follows,
        list_changes=bluesky.list_changes,
        read_revision=bluesky.read_revision,
        read_own=bluesky.read_own,
        review=bluesky.review,
        undo_request=bluesky.undo_request,
        read_undo=bluesky.read_undo,
        slowed_until=bluesky.slowed_until,
        is_about_one_item=bluesky.is_about_one_item,
    ),
    "fediverse": FollowRules(
        pace=mastodon.PACE,
        choose_record_keys=mastodon.choose_record_keys,
        write_request=mastodon.write_request,
        read_write=mastodon.read_write,
        look_up=mastodon.look_up,
        find_target=mastodon.find_target,
        list_follows=mastodon.list_follows,
        list_changes=mastodon.list_changes,
        read_revision=mastodon.read_revision,
        read_own=mastodon.read_own,
        review=mastodon.review,
        undo_request=mastodon.undo_request,
        read_undo=mastodon.read_undo,
        slowed_until=answers.slowed_until,
        is_about_one_item=mastodon.is_about_one_item,
    ),
}
