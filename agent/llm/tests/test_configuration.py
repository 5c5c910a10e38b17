"""Which model the settings choose, and what they refuse."""

from __future__ import annotations

from typing import Any

import pytest

from agent.llm.configuration import chosen_model, settings_make_sense


@pytest.mark.parametrize(
    ("given", "provider"),
    [
        ({}, None),
        ({"LLM_PROVIDER": "none", "ANTHROPIC_API_KEY": "a", "LLM_MODEL": "m"}, None),
        ({"ANTHROPIC_API_KEY": "a", "LLM_MODEL": "m"}, "anthropic"),
        ({"OPENAI_API_KEY": "o", "LLM_MODEL": "m"}, "openai"),
        ({"ANTHROPIC_API_KEY": "a", "OPENAI_API_KEY": "o", "LLM_MODEL": "m"}, "anthropic"),
        ({"LLM_PROVIDER": "openai", "ANTHROPIC_API_KEY": "a", "OPENAI_API_KEY": "o", "LLM_MODEL": "m"}, "openai"),
    ],
)
def test_the_provider_with_a_key_answers(settings: Any, given: dict[str, str], provider: str | None) -> None:
    settings.LLM_PROVIDER = "auto"
    for name, value in given.items():
        setattr(settings, name, value)
    found = chosen_model()
    assert (found.provider if found else None) == provider
    assert settings_make_sense() == []


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"LLM_PROVIDER": "somebody"}, "agent.E1"),
        ({"LLM_PROVIDER": "openai", "LLM_MODEL": "m"}, "agent.E2"),
        ({"LLM_PROVIDER": "openai", "OPENAI_API_KEY": "o"}, "agent.E2"),
        ({"LLM_PROVIDER": "auto", "OPENAI_API_KEY": "o"}, "agent.E2"),
    ],
)
def test_a_half_set_provider_is_named_at_the_start(settings: Any, given: dict[str, str], error: str) -> None:
    for name, value in given.items():
        setattr(settings, name, value)
    assert [found.id for found in settings_make_sense()] == [error] and chosen_model() is None


def test_the_key_is_not_printed(settings: Any) -> None:
    settings.LLM_PROVIDER, settings.LLM_MODEL, settings.OPENAI_API_KEY = "openai", "m", "secret-key"
    assert "secret-key" not in repr(chosen_model())
