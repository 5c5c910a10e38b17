"""What a new endpoint needs."""

from __future__ import annotations

from django import forms

from recommendations.models import OutboundEndpoint
from recommendations.outbound.payloads import EVENTS


class EndpointForm(forms.Form):
    kind = forms.ChoiceField(choices=OutboundEndpoint.Kind.choices, label="Kind")
    name = forms.CharField(max_length=80, label="Name", help_text="For your own list.")
    url = forms.URLField(max_length=2000, label="Address", assume_scheme="https", help_text="Begins with https://.")
    header = forms.CharField(
        max_length=300, required=False, label="Authorization header",
        help_text="Only if the receiver asks for one, such as “Bearer …”. Messages are signed in any case.",
    )  # fmt: skip
    events = forms.MultipleChoiceField(
        choices=list(EVENTS.items()), required=False, label="Events", widget=forms.CheckboxSelectMultiple,
        help_text="None chosen means all.",
    )  # fmt: skip
