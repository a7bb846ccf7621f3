"""Backups: database and stored files of one moment in one archive, and the way back.

No archive holds the signing key of the installation. It does hold personal data in clear, keys included:
whoever has it has everything that the database has.
"""

from core.backup.archive import Manifest, NotWhole, reading
from core.backup.making import Made, create
from core.backup.restoring import Restored, restore

__all__ = ["Made", "Manifest", "NotWhole", "Restored", "create", "reading", "restore"]
