"""Secrets of a development checkout."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet


def local_secrets(var: Path) -> dict[str, str]:
    """The checkout's own secrets: made at the first start, kept in `var/secrets.json`, readable by its owner only."""
    path = var / "secrets.json"
    try:
        kept: dict[str, str] = json.loads(path.read_text())
        return kept
    except FileNotFoundError:
        return _make(path)


def derived(secret: str, purpose: str) -> str:
    """A further secret that follows from a kept one, so that checkouts that keep theirs need no new file."""
    return hmac.new(secret.encode(), purpose.encode(), hashlib.sha256).hexdigest()


def _make(path: Path) -> dict[str, str]:
    made = {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "JWT_KEY": secrets.token_urlsafe(48),
        "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "STRIPE_WEBHOOK_SECRET": f"whsec_{secrets.token_urlsafe(24)}",
        "METRICS_TOKEN": secrets.token_urlsafe(24),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(made))
    try:
        os.link(draft, path)  # fails when another process was first; then its secrets hold
    except FileExistsError:
        return local_secrets(path.parent)
    finally:
        draft.unlink()
    return made
