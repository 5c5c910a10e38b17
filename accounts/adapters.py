"""Where allauth meets the house."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest

from accounts import secrets
from accounts.events import record
from accounts.models import User
from accounts.ratelimit import client_ip


class AccountAdapter(DefaultAccountAdapter):
    """Log-in and sign-up as Bellwether wants them. Where a person goes then is the `home` page's decision."""

    def clean_email(self, email: str) -> str:
        """Addresses are kept in lower case, so that one person cannot sign up twice."""
        return email.lower()

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:
        saved: User = super().save_user(request, user, form, commit)
        if commit:
            record("accounts.user.signed_up", actor=saved, subject=saved)
        return saved

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> Any:
        record("accounts.user.signed_in", actor=user, subject=user)
        return super().post_login(request, user, **kwargs)

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_ip(request)


class GoogleAdapter(DefaultSocialAccountAdapter):
    """Who comes by Google brings a name along; asking for it again would be rude."""

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> Any:
        user = super().populate_user(request, sociallogin, data)
        parts = (data.get("first_name"), data.get("last_name"))
        user.name = (data.get("name") or " ".join(part for part in parts if part))[:120]
        return user


class MFAAdapter(DefaultMFAAdapter):
    """Authenticator secrets and recovery seeds are kept encrypted, like every secret at rest."""

    def encrypt(self, text: str) -> str:
        return secrets.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return secrets.decrypt(encrypted_text)
