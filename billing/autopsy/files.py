"""Files that a buyer sends for a report: kept with their work item, read by people."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from typing import Final

from django.core.files.uploadedfile import UploadedFile

from accounts.errors import Conflict, InvalidInput, TooLarge
from accounts.events import record
from billing.autopsy import items
from billing.models import WorkFile, WorkItem, WorkStep

MOST_BYTES: Final = 25 * 1024 * 1024
MOST_FILES: Final = 10
TEXT, BOOK = (".csv", ".txt", ".htm", ".html"), (".xlsx",)
ZIP_MARK: Final = b"PK\x03\x04"
UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f/\\]+")


def add_file(item: WorkItem, file: UploadedFile, *, now: datetime) -> bool:
    """Keep a file with its item; False when the same bytes are there already. A clock that waited runs again.

    Errors: InvalidInput for an empty file or another kind of file, TooLarge, Conflict when the work is over.
    """
    item = WorkItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    if item.is_over:
        raise Conflict("This report is finished; nothing can be added to it.")
    if item.files.count() >= MOST_FILES:
        raise InvalidInput(f"An order takes {MOST_FILES} files. Write to us if you have more.", field="file")
    _check(file)
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    if item.files.filter(sha256=digest.hexdigest()).exists():
        return False
    kept = WorkFile(
        item=item, name=_name(file), size=file.size or 0, sha256=digest.hexdigest(), uploaded_at=now,
    )  # fmt: skip
    file.seek(0)
    kept.file.save(kept.name, file, save=False)
    kept.save()
    WorkStep.objects.create(item=item, kind="file", at=now)
    record("billing.autopsy.file_received", subject=item, order=item.order_id, size=kept.size)
    if item.state == WorkItem.State.WAITING:
        items.move(item, WorkItem.State.OPEN, now=now)
    return True


def _check(file: UploadedFile) -> None:
    name, size = (file.name or "").lower(), file.size or 0
    if not size:
        raise InvalidInput("The file is empty.", code="no_rows", field="file")
    if size > MOST_BYTES:
        raise TooLarge(f"A file may have {MOST_BYTES // 2**20} MiB. Export a shorter period.", limit=MOST_BYTES)
    head = next(iter(file.chunks()), b"")[:4096]
    is_text = name.endswith(TEXT) and (head.startswith(UTF16_MARKS) or b"\x00" not in head)
    is_book = name.endswith(BOOK) and head.startswith(ZIP_MARK)
    if not is_text and not is_book:
        raise InvalidInput("Send the export of your broker: .csv, .txt, .htm or .xlsx.", field="file")


def _name(file: UploadedFile) -> str:
    return UNSAFE.sub("-", file.name or "export.csv").strip("-. ")[-120:] or "export.csv"
