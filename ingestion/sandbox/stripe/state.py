"""What a restarted sandbox must remember, in one small file."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path

from ingestion.sandbox.stripe.world import Memory


def load(file: Path | None, *, as_of: datetime, seed: int, size: str) -> tuple[datetime, Memory]:
    """(the moment the story is told from, memory). A file of another seed or size is another story: it is left."""
    if file is None or not file.exists():
        return as_of, Memory()
    kept = json.loads(file.read_text())
    if (kept["seed"], kept["size"]) != (seed, size):
        return as_of, Memory()
    memory = Memory(
        connected=kept["connected"],
        tokens=kept["tokens"],
        revoked=set(kept["revoked"]),
        happened=kept["happened"],
        left=set(kept.get("left", ())),
        moved_to=kept["moved_to"],
        till=kept.get("till", {}),
    )
    return datetime.fromisoformat(kept["as_of"]), memory


def save(file: Path | None, memory: Memory, *, as_of: datetime, seed: int, size: str) -> None:
    """Write whole or not at all, readable by its owner only: tokens are in it."""
    if file is None:
        return
    kept = {
        "as_of": as_of.isoformat(),
        "seed": seed,
        "size": size,
        "connected": memory.connected,
        "tokens": memory.tokens,
        "revoked": sorted(memory.revoked),
        "happened": memory.happened,
        "left": sorted(memory.left),
        "moved_to": memory.moved_to,
        "till": memory.till,
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as handle:
        json.dump(kept, handle)
    draft.replace(file)
