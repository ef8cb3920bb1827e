"""The directory's pages of text, as visitors reach them."""

TEXT_PAGES = ("/install", "/listed", "/how", "/about", "/organisations", "/operators", "/privacy", "/legal")
