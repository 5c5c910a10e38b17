"""Vectors of the shared pages, made once where the program is built, so that no start and no test has to wait for them.

Only ever a saving: what the file lacks is computed where it is needed.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
from django.conf import settings

from agent.knowledge.chunks import chunks
from agent.knowledge.embeddings.model import Array, Embedder
from agent.knowledge.pages import pages
from agent.knowledge.vectors import windows_of


def prepared(encoder: Embedder) -> dict[str, Array]:
    """Vectors of `encoder` by window. Empty: nothing was prepared, or it cannot be read."""
    try:
        with np.load(_file(encoder)) as stored:
            return dict(zip(stored["windows"].tolist(), stored["vectors"], strict=True))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return {}


def prepare(encoder: Embedder) -> int:
    """Write the file for the pages as they are now; returns how many windows had to be computed."""
    wanted = [window for page in pages() for part in chunks(page) for window in windows_of(part, encoder)]
    known = prepared(encoder)
    unknown = [window for window in dict.fromkeys(wanted) if window not in known]
    known |= dict(zip(unknown, encoder.embed(unknown), strict=True))
    if unknown:
        _write(_file(encoder), {window: known[window] for window in wanted})
    return len(unknown)


def _write(path: Path, vectors: dict[str, Array]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        np.savez_compressed(file, windows=np.array(list(vectors)), vectors=np.array(list(vectors.values())))
    part.replace(path)


def _file(encoder: Embedder) -> Path:
    """Beside the checkout, not in the installation's own folder: it depends on nothing but the program."""
    return Path(settings.BASE_DIR) / "var" / "knowledge" / f"{encoder.model_id.replace(':', '-')}.npz"
