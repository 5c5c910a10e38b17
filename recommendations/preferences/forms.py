"""The form of what a member wants by mail."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.forms import time_zones
from accounts.models import Desk, Member
from recommendations.preferences.queries import COACH, OF_TRADING, Advice
from recommendations.preferences.services import Choice, choice_of

CLOCK = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
LABELS = {
    "source": "A source cannot be read",
    "job": "Background work failed for good",
    "trading": "Moments of trading, such as a limit that is near",
    COACH: "The coach’s letter on Sunday evenings",
}


class PreferenceForm(forms.Form):
    """Kinds of the trading desk are asked only where the business has it; elsewhere they stay as they are."""

    advice = forms.ChoiceField(
        choices=Advice.choices, widget=forms.RadioSelect, label="Advice",
        help_text="New advice and advice that got worse, at most five, and nothing when there is nothing. The weekly "
        "mail also tells what came of earlier advice.",
    )  # fmt: skip
    told = forms.MultipleChoiceField(
        required=False, widget=forms.CheckboxSelectMultiple, label="Also write to me about",
        help_text="One mail for everything that came up, not one each.",
    )  # fmt: skip
    quiet_from = forms.TimeField(required=False, widget=CLOCK, label="Quiet from")
    quiet_until = forms.TimeField(
        required=False, widget=CLOCK, label="Quiet until",
        help_text="No mail in these hours; what still holds comes when they end. They may cross midnight.",
    )  # fmt: skip
    time_zone = forms.ChoiceField(required=False, label="Your time zone")

    def __init__(self, member: Member, data: Any = None) -> None:
        now = choice_of(member)
        kinds = [kind for kind in LABELS if kind not in OF_TRADING or Desk.TRADING in member.business.desks]
        initial = {
            "advice": now.advice, "told": [kind for kind in kinds if kind in now.told], "time_zone": now.time_zone,
            "quiet_from": now.quiet_from, "quiet_until": now.quiet_until,
        }  # fmt: skip
        super().__init__(data, initial=initial)
        self._unasked = now.told - set(kinds)
        self._field("told").choices = [(kind, LABELS[kind]) for kind in kinds]
        zones = [("", f"As the business: {member.business.time_zone.replace('_', ' ')}"), *time_zones()]
        if now.time_zone and now.time_zone not in dict(zones):  # the API knows more zones than people pick from
            zones.append((now.time_zone, now.time_zone))
        self._field("time_zone").choices = zones

    def choice(self) -> Choice:
        """The valid form as a choice."""
        data = self.cleaned_data
        return Choice(
            data["advice"], frozenset(data["told"]) | self._unasked, data["quiet_from"], data["quiet_until"],
            data["time_zone"],
        )  # fmt: skip

    def _field(self, name: str) -> Any:
        return self.fields[name]
