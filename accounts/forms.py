"""Forms of people and businesses."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.http import HttpRequest

from accounts.businesses import BusinessProfile
from accounts.models import Business, User
from accounts.money import to_major, to_minor
from accounts.permissions import KEY_SCOPES, Role

CURRENCIES = {
    "usd": "US dollar", "eur": "Euro", "gbp": "British pound", "cad": "Canadian dollar", "aud": "Australian dollar",
    "nzd": "New Zealand dollar", "chf": "Swiss franc", "sek": "Swedish krona", "nok": "Norwegian krone",
    "dkk": "Danish krone", "pln": "Polish złoty", "czk": "Czech koruna", "huf": "Hungarian forint",
    "ron": "Romanian leu", "brl": "Brazilian real", "mxn": "Mexican peso", "jpy": "Japanese yen",
    "sgd": "Singapore dollar", "hkd": "Hong Kong dollar", "inr": "Indian rupee", "krw": "South Korean won",
    "thb": "Thai baht", "zar": "South African rand", "aed": "UAE dirham", "kwd": "Kuwaiti dinar",
}  # fmt: skip
INDUSTRIES = [
    "Software", "E-commerce", "Retail", "Food and drink", "Health and beauty", "Education", "Media", "Travel",
    "Professional services", "Non-profit", "Other",
]  # fmt: skip
SCOPE_LABELS = {
    "read:analytics": "Read figures, readiness and recommendations",
    "read:sources": "Read sources and their state",
    "write:sources": "Connect and synchronise sources",
    "write:recommendations": "Decide on recommendations",
    "use:agent": "Ask the agent",
    "write:notes": "Write notes for the agent",
    "export:data": "Export data",
}
FOUNDED = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class SignupExtraForm(forms.Form):
    """What sign-up asks beside e-mail and password."""

    name = forms.CharField(max_length=120, label="Your name", widget=forms.TextInput(attrs={"autocomplete": "name"}))

    def signup(self, request: HttpRequest, user: Any) -> None:
        person: User = user
        person.name = self.cleaned_data["name"]
        person.save(update_fields=["name"])


@lru_cache(maxsize=1)
def time_zones() -> list[tuple[str, str]]:
    """Choices of IANA zones that a person would pick: regions and UTC, no technical aliases."""
    regions = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
    zones = sorted(zone for zone in available_timezones() if zone.startswith(regions))
    return [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in zones)]


class BusinessForm(forms.Form):
    """A business as it describes itself; money is typed in whole units of its currency."""

    name = forms.CharField(
        max_length=120, label="Business name", widget=forms.TextInput(attrs={"autocomplete": "organization"})
    )
    currency = forms.ChoiceField(
        choices=[(code, f"{code.upper()} · {label}") for code, label in CURRENCIES.items()],
        initial="usd",
        help_text="Headlines are shown in it; every figure keeps its own.",
    )
    time_zone = forms.ChoiceField(choices=time_zones, initial="UTC", help_text="Decides when a day begins.")
    industry = forms.ChoiceField(choices=[("", "Not given"), *((name, name) for name in INDUSTRIES)], required=False)
    legal_entity = forms.CharField(max_length=120, required=False, help_text="As registered, such as Acme GmbH.")
    founded_on = forms.DateField(required=False, widget=FOUNDED)
    revenue_estimate = forms.DecimalField(
        required=False, min_value=Decimal(0), max_digits=14, decimal_places=2, label="Revenue a year, about"
    )

    @classmethod
    def of(cls, business: Business, data: Any = None) -> BusinessForm:
        """The form filled with what `business` says now."""
        values = {name: getattr(business, name) for name in cls.base_fields}
        if business.revenue_estimate is not None:
            values["revenue_estimate"] = to_major(business.revenue_estimate, business.currency)
        form = cls(data, initial=values)
        _keep_choice(form, "industry", business.industry)
        _keep_choice(form, "currency", business.currency)
        _keep_choice(form, "time_zone", business.time_zone)
        return form

    def profile(self) -> BusinessProfile:
        """The valid form as a profile, money in minor units."""
        data = dict(self.cleaned_data)
        estimate = data.pop("revenue_estimate")
        minor = None if estimate is None else to_minor(estimate, data["currency"])
        return BusinessProfile(**data, revenue_estimate=minor)


def _keep_choice(form: forms.Form, name: str, value: str) -> None:
    """Offer the present value also where it is not among the usual ones: the API may have set it."""
    field: Any = form.fields[name]
    choices = list(field.choices)
    if value and value not in {key for key, _ in choices}:
        field.choices = [*choices, (value, value)]


class ProfileForm(forms.ModelForm):
    """What a person says about themselves."""

    name = forms.CharField(max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))

    class Meta:
        model = User
        fields = ["name", "avatar_url", "theme"]
        labels = {"avatar_url": "Picture", "theme": "Light or dark"}
        help_texts = {"avatar_url": "Address of an image, starting with https://."}
        widgets = {"theme": forms.RadioSelect}

    def clean_avatar_url(self) -> str:
        url: str = self.cleaned_data["avatar_url"]
        if url and not url.startswith("https://"):
            raise forms.ValidationError("The address of a picture starts with https://.")
        return url


class InviteForm(forms.Form):
    """Who shall join, and as what."""

    email = forms.EmailField(label="E-mail address")
    role = forms.ChoiceField(choices=Role.choices, initial=Role.VIEWER)


class KeyForm(forms.Form):
    """A new API key."""

    name = forms.CharField(max_length=80, help_text="What will use it, such as “Warehouse export”.")
    scopes = forms.MultipleChoiceField(
        choices=[(scope, SCOPE_LABELS[scope]) for scope in sorted(KEY_SCOPES)],
        widget=forms.CheckboxSelectMultiple,
        initial=["read:analytics"],
        label="It may",
    )
    lifetime = forms.TypedChoiceField(
        choices=[("30", "30 days"), ("90", "90 days"), ("365", "One year"), ("0", "No end")],
        initial="90",
        coerce=int,
        label="Works for",
    )

    def expires_at(self, now: datetime) -> datetime | None:
        days: int = self.cleaned_data["lifetime"]
        return now + timedelta(days=days) if days else None
