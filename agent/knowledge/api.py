"""Notes and the search over the API: the same services as the pages."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status

from accounts.access import api_business
from accounts.models import User
from accounts.requests import BusinessRequest
from agent.knowledge import notes
from agent.knowledge.search import search
from agent.models import Note

router = Router(tags=["Knowledge"])
READ, WRITE = "use:agent", "write:notes"


class NoteIn(Schema):
    """`text` is Markdown of at most 20,000 characters; `title` has at most 120."""

    title: str
    text: str
    business_id: UUID | None = None


class NoteOut(Schema):
    """`doc_id` is how answers cite it."""

    id: int
    doc_id: str
    title: str
    text: str
    created_at: datetime
    updated_at: datetime


class PassageOut(Schema):
    """`score` is how near it is, higher is nearer; an untrusted passage is a note's."""

    doc_id: str
    title: str
    heading: str
    text: str
    score: float
    untrusted: bool


@router.get("/agent/knowledge", response=list[PassageOut], summary="Passages that answer a question")
def find(
    request: HttpRequest,
    q: str = Query(min_length=1, max_length=500),
    limit: int = Query(5, ge=1, le=10),
    business_id: UUID | None = None,
) -> list[PassageOut]:
    """Of the knowledge pages and the business's notes, best first. Empty: nothing covers it."""
    business = api_business(request, business_id, permission=READ)
    return [
        PassageOut(
            doc_id=found.chunk.doc_id, title=found.chunk.title, heading=found.chunk.heading, text=found.chunk.text,
            score=round(found.score, 4), untrusted=found.chunk.is_note,
        )
        for found in search(business, q, limit=limit)
    ]  # fmt: skip


@router.get("/agent/notes", response=list[NoteOut], summary="The business's notes")
def list_notes(request: HttpRequest, business_id: UUID | None = None) -> list[NoteOut]:
    """The newest change first; at most 200."""
    return [_out(note) for note in notes.notes(api_business(request, business_id, permission=READ))]


@router.post("/agent/notes", response={201: NoteOut}, summary="Write a note")
def add(request: BusinessRequest, body: NoteIn) -> Status[NoteOut]:
    """Found at once by its words, and by meaning when a worker has read it."""
    business = api_business(request, body.business_id, permission=WRITE)
    made = notes.add_note(business, title=body.title, text=body.text, user=_person(request), now=request.now)
    return Status(201, _out(made))


@router.get("/agent/notes/{note_id}", response=NoteOut, summary="One note")
def get_note(request: HttpRequest, note_id: int, business_id: UUID | None = None) -> NoteOut:
    return _out(notes.note_of(api_business(request, business_id, permission=READ), note_id))


@router.put("/agent/notes/{note_id}", response=NoteOut, summary="Replace a note")
def change(request: BusinessRequest, note_id: int, body: NoteIn) -> NoteOut:
    """Title and text, whole."""
    note = notes.note_of(api_business(request, body.business_id, permission=WRITE), note_id)
    notes.change_note(note, title=body.title, text=body.text, user=_person(request), now=request.now)
    return _out(note)


@router.delete("/agent/notes/{note_id}", response={204: None}, summary="Delete a note")
def remove(request: BusinessRequest, note_id: int, business_id: UUID | None = None) -> Status[None]:
    """For good; answers that quoted it keep their words."""
    note = notes.note_of(api_business(request, business_id, permission=WRITE), note_id)
    notes.delete_note(note, user=_person(request))
    return Status(204, None)


def _person(request: HttpRequest) -> User | None:
    """Who writes; a key is no person, and its notes have no author."""
    return request.user if isinstance(request.user, User) else None


def _out(note: Note) -> NoteOut:
    return NoteOut(
        id=note.pk, doc_id=note.doc_id, title=note.title, text=note.text, created_at=note.created_at,
        updated_at=note.updated_at,
    )  # fmt: skip
