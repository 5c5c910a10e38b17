"""The two things a member types or picks here."""

from __future__ import annotations

from django import forms


class KeyForm(forms.Form):
    """A restricted key, never shown again."""

    key = forms.CharField(
        label="Restricted key",
        max_length=300,
        strip=True,
        help_text="With read permission for account, balance, charges, refunds, disputes and payouts.",
        widget=forms.PasswordInput(
            render_value=False, attrs={"autocomplete": "off", "spellcheck": "false", "placeholder": "rk_live_…"}
        ),
    )


class UploadForm(forms.Form):
    """One export of Stripe, as CSV or as a ZIP with one CSV in it."""

    file = forms.FileField(
        label="Export of Stripe",
        allow_empty_file=True,
        help_text="CSV or ZIP: balance, payouts, disputes or payments. Every column you export is fine.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.zip,text/csv,application/zip"}),
    )
