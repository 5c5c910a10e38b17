"""What a buyer types."""

from __future__ import annotations

from django import forms


class AskForm(forms.Form):
    """Which order, and where its mail went."""

    order = forms.CharField(max_length=40, label="Order number", help_text="Such as S00042; it stands in your receipt.")
    email = forms.EmailField(
        label="E-mail address of the purchase", widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
