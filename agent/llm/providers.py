"""The providers' clients, made for one conversation inside its own event loop."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anthropic import AsyncAnthropic
from django.conf import settings
from openai import AsyncOpenAI
from pydantic_ai.models import Model
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.openai import OpenAIResponsesModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider

from agent.llm.configuration import ANTHROPIC, ModelChoice


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
