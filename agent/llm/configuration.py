"""Which model answers, as the settings say."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

AUTO, NONE, ANTHROPIC, OPENAI = "auto", "none", "anthropic", "openai"
PROVIDERS = (ANTHROPIC, OPENAI)


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A model that can be asked: whose, under which name, at which address, with which key."""

    provider: str
    model: str
    base_url: str
    key: str = field(repr=False)


def chosen_model() -> ModelChoice | None:
    """The model of the settings; None means that the analyst answers.

    With `auto` it is the first provider with a key. A provider without a key, or no name of a model, is no choice.
    """
    wanted = PROVIDERS if settings.LLM_PROVIDER == AUTO else (settings.LLM_PROVIDER,)
    places = {
        ANTHROPIC: (settings.ANTHROPIC_BASE_URL, settings.ANTHROPIC_API_KEY),
        OPENAI: (settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY),
    }
    for provider in wanted:
        base_url, key = places.get(provider, ("", ""))
        if key and settings.LLM_MODEL:
            return ModelChoice(provider, settings.LLM_MODEL, base_url, key)
    return None


@register("agent")
def settings_make_sense(**known: object) -> list[CheckMessage]:
    """A provider that is asked for by name must be complete; a mistake there would go unnoticed behind the analyst."""
    if settings.LLM_PROVIDER not in (AUTO, NONE, *PROVIDERS):
        return [
            Error(f"LLM_PROVIDER is auto, none, anthropic or openai, not {settings.LLM_PROVIDER!r}.", id="agent.E1")
        ]
    has_key = bool(settings.ANTHROPIC_API_KEY or settings.OPENAI_API_KEY)
    asks = settings.LLM_PROVIDER in PROVIDERS or (settings.LLM_PROVIDER == AUTO and has_key)
    if asks and chosen_model() is None:
        return [Error("A provider of models is set, but its key or LLM_MODEL is missing.", id="agent.E2")]
    return []
