"""`make store`: the listing and the pictures for the stores, in dist/store/."""
