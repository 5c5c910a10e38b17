"""Conversations, runs, what they cost, and the programs that were let in."""

from agent.models.conversations import Conversation, Feedback, Message, ToolCall
from agent.models.mcp import McpConsent
from agent.models.runs import AgentRun, RunEvent
from agent.models.spending import AgentBudget, ModelPrice, SpendingHold, TokenUsage

__all__ = [
    "AgentBudget", "AgentRun", "Conversation", "Feedback", "McpConsent", "Message", "ModelPrice", "RunEvent",
    "SpendingHold", "TokenUsage", "ToolCall",
]  # fmt: skip
