"""The knowledge pages and a business's own notes, as people read, search and write them."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import business_view
from accounts.errors import Conflict, InvalidInput
from accounts.requests import BusinessRequest
from agent.chat.rendering import render_note, render_page
from agent.knowledge import notes
from agent.knowledge.forms import NoteForm
from agent.knowledge.pages import Page, page_of, pages
from agent.knowledge.search import search
from agent.models import Note

LONGEST_QUESTION = 500
SHOWN = 5
EXCERPT = 60  # words
#: Headings of the list, each with the categories of pages under it.
GROUPS = {
    "Payments": ("chargebacks", "cash-flow", "lending-criteria", "best-practices", "metrics", "sources"),
    "Trading": ("trading",),
    "Advice and answers": ("advice", "notifications", "agent"),
    "Account and plans": ("account", "billing"),
    "Figures and data": ("trust", "glossary"),
}
REST = "More"


@require_safe
@business_view(permission="use:agent")
def index(request: BusinessRequest) -> HttpResponse:
    """All pages by what they are about, the notes, and what a question finds."""
    question = request.GET.get("q", "").strip()[:LONGEST_QUESTION]
    found = search(request.business, question, limit=SHOWN) if question else ()
    context = {
        "question": question,
        "found": [(passage.chunk, excerpt(passage.chunk.text)) for passage in found],
        "notes": notes.notes(request.business),
        "groups": _groups(),
        "may_write": request.member.may("write:notes"),
    }
    return render(request, "agent/knowledge/index.html", context)


@require_safe
@business_view(permission="use:agent")
def page(request: BusinessRequest, doc_id: str) -> HttpResponse:
    """A page, with its source and the day it was reviewed, or a note, with who wrote it."""
    note = notes.note_by_doc(request.business, doc_id)
    if note is not None:
        may_write = request.member.may("write:notes")
        context = {"note": note, "body": render_note(note.text), "may_write": may_write}
        return render(request, "agent/knowledge/note.html", context)
    found = page_of(doc_id)
    return render(
        request, "agent/knowledge/page.html", {"page": found, "body": render_page(found.body.split("\n", 1)[-1])}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@business_view(permission="write:notes")
def new_note(request: BusinessRequest) -> HttpResponse:
    """Write a note."""

    def keep(form: NoteForm) -> Note:
        return notes.add_note(request.business, **form.cleaned_data, user=request.user, now=request.now)

    return _edited(request, NoteForm(request.POST or None), keep, heading="New note")


@require_http_methods(["GET", "HEAD", "POST"])
@business_view(permission="write:notes")
def edit_note(request: BusinessRequest, note: int) -> HttpResponse:
    """Change a note."""
    found = notes.note_of(request.business, note)

    def keep(form: NoteForm) -> Note:
        notes.change_note(found, **form.cleaned_data, user=request.user, now=request.now)
        return found

    form = NoteForm(request.POST or None, initial={"title": found.title, "text": found.text})
    return _edited(request, form, keep, heading="Edit note")


@require_POST
@business_view(permission="write:notes")
def remove_note(request: BusinessRequest, note: int) -> HttpResponse:
    """Forget a note."""
    notes.delete_note(notes.note_of(request.business, note), user=request.user)
    messages.success(request, "The note is deleted.")
    return redirect("agent:knowledge-index", business=request.business.slug)


def excerpt(text: str) -> str:
    """The beginning of a passage, without its Markdown."""
    words = text.replace("|", " ").replace("*", "").replace("`", "").split()
    words = [word for word in words if word.strip("-:")]
    return " ".join(words[:EXCERPT]) + (" …" if len(words) > EXCERPT else "")


def _edited(
    request: BusinessRequest, form: NoteForm, keep: Callable[[NoteForm], Note], *, heading: str
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            kept = keep(form)
        except (InvalidInput, Conflict) as problem:
            field = problem.details.get("field")
            form.add_error(field if field in form.fields else None, problem.message)
        else:
            messages.success(request, "Kept. Answers can quote it from now on.")
            return redirect("agent:knowledge", business=request.business.slug, doc_id=kept.doc_id)
    back = reverse("agent:knowledge-index", args=[request.business.slug])
    context = {"form": form, "heading": heading, "back": back}
    return render(request, "agent/knowledge/edit.html", context)


def _groups() -> list[tuple[str, list[Page]]]:
    """Pages under the headings, each in the order of their titles; a page of another category is not lost."""
    heading_of = {category: heading for heading, categories in GROUPS.items() for category in categories}
    found: dict[str, list[Page]] = {heading: [] for heading in (*GROUPS, REST)}
    for entry in sorted(pages(), key=lambda entry: entry.title):
        found[heading_of.get(entry.category, REST)].append(entry)
    return [(heading, entries) for heading, entries in found.items() if entries]
