"""Settings from the environment, read strictly: a bad value stops the start and names itself.

Each value may also come from a file named by `<NAME>_FILE`, the way container platforms hand out secrets.
"""

from __future__ import annotations

import os
from pathlib import Path


class BadSetting(Exception):
    """An environment variable that is missing or cannot be read."""


def text(name: str, default: str | None = None) -> str:
    """The value of `name`, or of the file `name_FILE` names. Errors: BadSetting when missing without a default."""
    if path := os.environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text().strip()
        except OSError as error:
            raise BadSetting(f"{name}_FILE cannot be read: {error.strerror}") from error
    value = os.environ.get(name, default)
    if value is None:
        raise BadSetting(f"{name} must be set.")
    return value


def flag(name: str, default: bool = False) -> bool:
    """A yes-or-no value: 1/0, true/false, yes/no, on/off."""
    value = text(name, "1" if default else "0").lower()
    if value in ("1", "true", "yes", "on"):
        return True
    if value in ("0", "false", "no", "off", ""):
        return False
    raise BadSetting(f"{name} is yes or no, not {value!r}.")


def number(name: str, default: int) -> int:
    """A whole number."""
    value = text(name, str(default))
    try:
        return int(value)
    except ValueError:
        raise BadSetting(f"{name} is a whole number, not {value!r}.") from None


def items(name: str, default: str = "") -> list[str]:
    """A comma-separated list, without empty items."""
    return [item.strip() for item in text(name, default).split(",") if item.strip()]
