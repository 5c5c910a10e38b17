"""What a note needs."""

from __future__ import annotations

from django import forms

from agent.models import Note


class NoteForm(forms.Form):
    title = forms.CharField(max_length=120, label="Title", help_text="What it is about, in words you would ask with.")
    text = forms.CharField(
        max_length=Note.LONGEST, label="Text", strip=False, widget=forms.Textarea(attrs={"rows": 14}),
        help_text="Markdown. A heading (## …) begins a passage; each is found and quoted by itself.",
    )  # fmt: skip
