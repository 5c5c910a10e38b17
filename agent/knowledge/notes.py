"""A business's own notes: kept, cut into passages, found with the pages. Their words are data, never instructions."""

from __future__ import annotations

import re
from datetime import datetime

from accounts.errors import Conflict, InvalidInput, NotYours
from accounts.events import record
from accounts.models import Business, User
from agent.knowledge.chunks import NOTE_PREFIX, Chunk, chunks
from agent.knowledge.documents import write_document
from agent.knowledge.pages import Page
from agent.models import Note
from recommendations.wording import visible

CATEGORY = "note"
#: Marks with which answers cite; in a note they would pretend to.
MARKS = re.compile(r"\[\s*(?:ev|source)\s*:[^\]]*\]", re.IGNORECASE)
NEW_LINE = re.compile(r"\r\n?")


def notes(business: Business) -> list[Note]:
    """All notes, the newest change first; at most `Note.MOST`."""
    return list(Note.objects.of(business).select_related("author"))


def note_of(business: Business, pk: int) -> Note:
    """Errors: NotYours."""
    found = Note.objects.of(business).select_related("author").filter(pk=pk).first()
    if found is None:
        raise NotYours("There is no such note.")
    return found


def note_by_doc(business: Business, doc_id: str) -> Note | None:
    """The note that is cited as `doc_id`; None for the id of a page. Errors: NotYours when the note is gone."""
    number = doc_id.removeprefix(NOTE_PREFIX)
    if number == doc_id or not number.isascii() or not number.isdigit():
        return None
    return note_of(business, int(number[:18]))


def add_note(business: Business, *, title: str, text: str, user: User | None, now: datetime) -> Note:
    """Keep a new note; it is found at once by its words, and by meaning when a worker has read it.

    Errors: InvalidInput for a blank or too long title or text, Conflict when there are 200 already.
    """
    title, text = _checked(title, text)
    # Held until the end, so that two at once cannot pass the limit together.
    Business.objects.select_for_update(of=("self",), no_key=True).get(pk=business.pk)
    if Note.objects.of(business).count() >= Note.MOST:
        raise Conflict(f"A business has at most {Note.MOST} notes. Join some, or delete what is no longer so.")
    made = Note.objects.create(business=business, title=title, text=text, author=user, created_at=now, updated_at=now)
    _learn(made)
    record("agent.knowledge.note_added", business=business, actor=user, subject=made)
    return made


def change_note(note: Note, *, title: str, text: str, user: User | None, now: datetime) -> bool:
    """Replace title and text; False when they are the same. Errors: InvalidInput."""
    title, text = _checked(title, text)
    if (note.title, note.text) == (title, text):
        return False
    note.title, note.text, note.updated_at = title, text, now
    note.save(update_fields=["title", "text", "updated_at"])
    _learn(note)
    record("agent.knowledge.note_changed", business=note.business, actor=user, subject=note)
    return True


def delete_note(note: Note, *, user: User | None) -> None:
    """Forget a note and its passages. Answers that cited it keep their words, and say that it is gone."""
    record("agent.knowledge.note_deleted", business=note.business, actor=user, subject=note)
    note.delete()


def passages_of(note: Note) -> tuple[Chunk, ...]:
    """The note as it is found: like a page, without marks that would look like citations."""
    body = MARKS.sub("", note.text)
    return chunks(Page(note.doc_id, note.title, CATEGORY, CATEGORY, note.updated_at.date(), body))


def _learn(note: Note) -> None:
    from agent.knowledge.tasks import encode

    write_document(note.business, note.doc_id, passages_of(note), note=note)
    encode.enqueue(note.business, dedupe="encode")


def _checked(title: str, text: str) -> tuple[str, str]:
    title, text = " ".join(visible(title).split()), visible(NEW_LINE.sub("\n", text)).strip()
    limit = Note._meta.get_field("title").max_length or 0
    for field, value, most in (("title", title, limit), ("text", text, Note.LONGEST)):
        if not value:
            raise InvalidInput(f"The {field} is empty.", field=field)
        if len(value) > most:
            raise InvalidInput(f"The {field} has {len(value):,} characters; at most {most:,} are kept.", field=field)
    return title, text
