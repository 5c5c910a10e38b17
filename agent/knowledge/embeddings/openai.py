"""Vectors from OpenAI's embeddings endpoint, or from anything that speaks like it. Only by setting: texts leave."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from openai import OpenAI, OpenAIError

from agent.knowledge.embeddings.model import Array, EmbeddingFailed

TOGETHER = 64  # texts in one request
LONGEST = 20_000  # letters; far inside the 8,191 tokens that the endpoint reads
SECONDS = 10.0


class OpenAIEmbedder:
    """Errors at the first text, not here: an address that does not answer must not stop the house."""

    def __init__(self, *, model: str, base_url: str, key: str) -> None:
        self.model_id = f"openai:{model}"
        self._model, self._base_url, self._key = model, base_url, key

    def embed(self, texts: Sequence[str]) -> Array:
        """(n, d) float32, rows of length 1, in the order of `texts`. Errors: EmbeddingFailed."""
        found = [self._request(texts[start : start + TOGETHER]) for start in range(0, len(texts), TOGETHER)]
        return np.concatenate(found) if found else np.zeros((0, 0), dtype=np.float32)

    def windows(self, text: str, *, prefix: str) -> list[str]:
        """One: no passage is longer than what the endpoint reads."""
        return [(prefix + text)[:LONGEST]] if text.strip() else []

    def _request(self, texts: Sequence[str]) -> Array:
        try:
            answer = self._client.embeddings.create(model=self._model, input=list(texts), encoding_format="float")
        except OpenAIError as error:
            raise EmbeddingFailed(f"{type(error).__name__}: {error}") from error
        rows = sorted(answer.data, key=lambda row: row.index)
        if len(rows) != len(texts) or len({len(row.embedding) for row in rows}) != 1 or not rows[0].embedding:
            raise EmbeddingFailed("The answer has not one vector for each text.")
        vectors = np.array([row.embedding for row in rows], dtype=np.float32)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.all(np.isfinite(vectors)) or not np.all(lengths > 0):
            raise EmbeddingFailed("The answer holds no usable vector.")
        unit: Array = vectors / lengths
        return unit

    @cached_property
    def _client(self) -> OpenAI:
        return OpenAI(api_key=self._key, base_url=self._base_url, timeout=SECONDS, max_retries=1)
