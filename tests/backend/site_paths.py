"""The directory's pages, as visitors reach them: of text alone, and all."""

TEXT_PAGES = ("/install", "/listed", "/how", "/about", "/organisations", "/operators", "/privacy", "/legal")
CLAIM = "00112233445566aa"  # has a page of its own where `tests.backend.site_server` serves
DEPARTURES = ("/departures?country=FR&kind=university&how=left", "/groups", "/groups/meps-fr")
PATHS = (
    "/",
    "/departures",
    "/departures?country=SE&page=2",
    *TEXT_PAGES,
    f"/p/{CLAIM}",
    f"/p/{CLAIM}?server=no",
    f"/p/{CLAIM}?server=a-very-long-name-of-a-server.social.museum-of-the-sea.example.org",
    "/nowhere",
)
