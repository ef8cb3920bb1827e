"""One post of the person's own, on Bluesky or Mastodon, sent once: draft.py, and a module for each network."""
