"""Download of private files from disk, by signed link and membership."""

from __future__ import annotations

from django.core.files.storage import default_storage
from django.http import FileResponse, HttpRequest

from accounts.errors import NotSignedIn, NotYours
from accounts.files import path_from_token
from accounts.models import Member


def download(request: HttpRequest, token: str) -> FileResponse:
    """Send the file a link names to a member of its business; always as an attachment, never as a page of ours."""
    if not request.user.is_authenticated:
        raise NotSignedIn("Sign in to download this.")
    mine = {str(pk) for pk in Member.objects.filter(user=request.user).values_list("business_id", flat=True)}
    path = path_from_token(token, business_ids=mine)
    if not default_storage.exists(path):
        raise NotYours("This file no longer exists.")
    name = path.rsplit("/", 1)[-1].split("-", 1)[-1]
    return FileResponse(default_storage.open(path), as_attachment=True, filename=name)
