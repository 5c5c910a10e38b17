"""What an encoder is: texts in, vectors of length 1 out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


class Embedder(Protocol):
    """`model_id` names the encoder and its version: vectors of two encoders are never compared."""

    @property
    def model_id(self) -> str: ...

    def embed(self, texts: Sequence[str]) -> Array:
        """(n, dimensions) float32, rows of length 1. Errors: EmbeddingFailed when it cannot be asked."""
        ...

    def windows(self, text: str, *, prefix: str) -> list[str]:
        """`text` cut into parts of which the encoder reads every word, each behind `prefix`."""
        ...


class EmbeddingFailed(Exception):
    """The encoder gave no vectors now; words alone have to do."""
