"""Claims that people have written into their own Bluesky repositories, found by a relay's list."""
