"""What a person can do about a failed run, by its stable code. One sentence each; unknown codes get a general one."""

from __future__ import annotations

ADVICE: dict[str, str] = {
    "access_revoked": "Connect the account again; the import goes on where it stopped.",
    "not_permitted": "Give the key read permission for it in Stripe, or connect the account again.",
    "not_connected": "Connect the account again.",
    "not_configured": "Ask whoever runs this installation to set up the Stripe keys.",
    "source_down": "Nothing to do: the next run tries again by itself.",
    "bad_answer": "Nothing to do: the next run tries again by itself.",
    "request_refused": "We have to look at this. Other records are read as before.",
    "worker_lost": "Start it again with “Sync now”.",
    "missing_columns": "Export the file again with all columns.",
    "unknown_header": "Upload one of Stripe's own exports: balance, payouts, disputes or payments.",
    "bad_encoding": "Upload the file as Stripe exported it, without opening it in a spreadsheet.",
    "ambiguous_decimals": "Upload the file as Stripe exported it, without opening it in a spreadsheet.",
    "ambiguous_dates": "Upload the file as Stripe exported it, without opening it in a spreadsheet.",
    "too_large": "Export a shorter period.",
}
GENERAL = "We were told about it. If it stays, start it again with “Sync now”."


def advice_for(code: str) -> str:
    """Empty for no code."""
    return ADVICE.get(code, GENERAL) if code else ""
