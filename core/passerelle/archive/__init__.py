"""Read X archives: a ZIP, a folder or loose files -> Archive.

locate.py   finds the archive in any tree of files     syntax.py   reads `window.YTD.… = [...]` row by row
readers.py  one reader per file, the READERS table     records.py  what comes out
"""

from passerelle.archive.records import Archive, ArchiveWarning, Name, Owner, Progress

__all__ = ["Archive", "ArchiveWarning", "Name", "Owner", "Progress"]
