"""Read X archives: a ZIP, a folder or loose files -> Archive.

paths -locate, zips-> Export -syntax-> rows -readers, names-> Draft -merge-> Archive
                                                              (reading.py drives it)
"""

from passerelle.archive.reading import read, read_archive
from passerelle.archive.records import Archive, ArchiveWarning, ArchiveWithoutPeople, Name, Owner, Progress

__all__ = ["Archive", "ArchiveWarning", "ArchiveWithoutPeople", "Name", "Owner", "Progress", "read", "read_archive"]
