"""Private files: one folder a business, reached only through links that are signed and expire."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.core.files.storage import FileSystemStorage, default_storage
from django.urls import reverse

from accounts.errors import NotYours
from accounts.models import Business

SALT = "accounts.files"
UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


class PrivateDiskStorage(FileSystemStorage):
    """Files on disk that no URL serves: `url` gives a signed link to the view that checks it."""

    def url(self, name: str | None) -> str:
        token = signing.dumps(name, salt=SALT, compress=True)
        return reverse("files:download", kwargs={"token": token})


def business_path(business: Business, kind: str, name: str) -> str:
    """Where a file of `business` lies: its own folder, a kind, and a name that nobody can guess or inject."""
    safe = UNSAFE.sub("-", name.rsplit("/", 1)[-1].rsplit("\\", 1)[-1]).strip("-.")[-80:] or "file"
    return f"businesses/{business.pk}/{kind}/{uuid.uuid4().hex}-{safe}"


def signed_url(path: str) -> str:
    """A link to a stored file that works for FILE_LINK_SECONDS."""
    return default_storage.url(path)


def path_from_token(token: str, *, business_ids: set[str]) -> str:
    """The stored path a link names, if it is still valid and belongs to one of the caller's businesses."""
    try:
        path: str = signing.loads(token, salt=SALT, max_age=timedelta(seconds=settings.FILE_LINK_SECONDS))
    except signing.BadSignature:
        raise NotYours("This link is no longer valid.") from None
    parts = path.split("/")
    if len(parts) < 3 or parts[1] not in business_ids:
        raise NotYours("This link is no longer valid.")
    return path
