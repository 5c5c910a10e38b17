"""Which encoder turns texts into vectors, as the settings say."""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from agent.knowledge.embeddings.model import Embedder, EmbeddingFailed

__all__ = ["Embedder", "EmbeddingFailed", "embedder"]

MINILM, OPENAI, NONE = "minilm", "openai", "none"


def embedder() -> Embedder | None:
    """The encoder in use; None means that words alone are searched. Its weights are read with the first text."""
    if settings.EMBEDDINGS == OPENAI:
        return _openai(settings.EMBEDDINGS_MODEL, settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY)
    return _minilm() if settings.EMBEDDINGS == MINILM else None


@cache
def _minilm() -> Embedder:
    from agent.knowledge.embeddings.minilm import MiniLM

    return MiniLM()


@cache
def _openai(model: str, base_url: str, key: str) -> Embedder:
    from agent.knowledge.embeddings.openai import OpenAIEmbedder

    return OpenAIEmbedder(model=model, base_url=base_url, key=key)


@register("agent")
def encoder_is_complete(**known: object) -> list[CheckMessage]:
    """An encoder that is asked for by name must be complete."""
    if settings.EMBEDDINGS not in (MINILM, OPENAI, NONE):
        return [Error(f"EMBEDDINGS is minilm, openai or none, not {settings.EMBEDDINGS!r}.", id="agent.E3")]
    if settings.EMBEDDINGS == OPENAI and not settings.OPENAI_API_KEY:
        return [Error("EMBEDDINGS is openai, but OPENAI_API_KEY is missing.", id="agent.E4")]
    return []
