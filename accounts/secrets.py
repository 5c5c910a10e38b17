"""Secrets at rest: encrypted columns with key rotation.

`ENCRYPTION_KEYS` lists Fernet keys. The first encrypts, every one decrypts; `manage.py rotate_secrets` re-encrypts
what an older key wrote, after which that key can be taken from the list.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models


class UnreadableSecret(Exception):
    """A stored secret that none of the keys decrypts: a key was taken from the list too early."""


def encrypt(text: str) -> str:
    return _box().encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """Errors: UnreadableSecret when no key fits."""
    try:
        return _box().decrypt(token.encode()).decode()
    except InvalidToken:
        raise UnreadableSecret("No key in ENCRYPTION_KEYS decrypts this secret.") from None


def rotate(token: str) -> str:
    """The same secret under the first key."""
    return _box().rotate(token.encode()).decode()


def new_token(prefix: str = "") -> str:
    """A random credential of 256 bits, safe in URLs."""
    return prefix + secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored instead of a credential. Plain SHA-256 suffices: the input is 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()


class EncryptedJSONField(models.TextField):
    """A JSON value that the database only ever sees encrypted."""

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        return None if value is None or value == "" else json.loads(decrypt(value))

    def to_python(self, value: Any) -> Any:
        return value

    def get_prep_value(self, value: Any) -> str | None:
        return None if value is None else encrypt(json.dumps(value))

    def value_to_string(self, obj: models.Model) -> str:
        raise TypeError("Secrets are not serialised.")


def _box() -> MultiFernet:
    return _box_of(tuple(settings.ENCRYPTION_KEYS))


@lru_cache(maxsize=4)
def _box_of(keys: tuple[str, ...]) -> MultiFernet:
    if not keys:
        raise ImproperlyConfigured("ENCRYPTION_KEYS must hold at least one key.")
    return MultiFernet([Fernet(key) for key in keys])
