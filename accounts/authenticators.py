"""Second factors at rest: their secrets follow the rotation of keys, too."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.db import transaction

from accounts.secrets import rotate

#: The parts of an authenticator's data that `MFAAdapter` encrypts.
ENCRYPTED = ("secret", "seed")


def rotate_authenticators() -> int:
    """Re-encrypt every authenticator under the first key, row by row and locked. Returns how many secrets."""
    rotated = 0
    with transaction.atomic():
        for row in Authenticator.objects.select_for_update().order_by("pk"):
            held = [part for part in ENCRYPTED if part in row.data]
            row.data |= {part: rotate(row.data[part]) for part in held}
            row.save(update_fields=["data"])
            rotated += len(held)
    return rotated
