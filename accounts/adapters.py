"""Where allauth meets the house."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """Log-in and sign-up as Bellwether wants them."""
