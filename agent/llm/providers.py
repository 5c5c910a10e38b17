"""The providers' clients, made for one conversation inside its own event loop."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anthropic import AsyncAnthropic
from django.conf import settings
from openai import AsyncOpenAI
from pydantic_ai.models import Model
from pydantic_ai.models.anthropic import AnthropicModel, AnthropicModelSettings
from pydantic_ai.models.openai import OpenAIResponsesModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.settings import ModelSettings

from agent.llm.configuration import ANTHROPIC, ModelChoice


def settings_of(choice: ModelChoice) -> ModelSettings:
    """What each request asks for. Tools and instructions are the same in each, so Anthropic is told to cache them;
    OpenAI does so by itself.
    """
    if choice.provider == ANTHROPIC:
        return AnthropicModelSettings(
            max_tokens=settings.LLM_MAX_OUTPUT_TOKENS,
            anthropic_cache_tool_definitions=True,
            anthropic_cache_instructions=True,
        )
    return ModelSettings(max_tokens=settings.LLM_MAX_OUTPUT_TOKENS)


@asynccontextmanager
async def opened(choice: ModelChoice) -> AsyncIterator[Model]:
    """The chosen model, with time-out and repetitions as set. Its connections are closed at the end."""
    if choice.provider == ANTHROPIC:
        async with AsyncAnthropic(
            api_key=choice.key,
            base_url=choice.base_url,
            timeout=settings.LLM_TIMEOUT_SECONDS,
            max_retries=settings.LLM_MAX_RETRIES,
        ) as claude:
            yield AnthropicModel(choice.model, provider=AnthropicProvider(anthropic_client=claude))
        return
    async with AsyncOpenAI(
        api_key=choice.key,
        base_url=choice.base_url,
        timeout=settings.LLM_TIMEOUT_SECONDS,
        max_retries=settings.LLM_MAX_RETRIES,
    ) as client:
        yield OpenAIResponsesModel(choice.model, provider=OpenAIProvider(openai_client=client))
