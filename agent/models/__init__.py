"""Conversations, runs, what they cost, what evaluations came to, and the programs that were let in."""

from agent.models.conversations import Conversation, Feedback, Message, ToolCall
from agent.models.evaluation import EvaluationCandidate, EvaluationRun
from agent.models.knowledge import Note, PassageVector, StoredPassage
from agent.models.mcp import McpConsent
from agent.models.runs import AgentRun, RunEvent
from agent.models.spending import AgentBudget, ModelPrice, SpendingHold, TokenUsage
from agent.models.tool_use import ToolUse
from agent.models.verified import VerifiedAnswer

__all__ = [
    "AgentBudget", "AgentRun", "Conversation", "EvaluationCandidate", "EvaluationRun", "Feedback", "McpConsent",
    "Message", "ModelPrice", "Note", "PassageVector", "RunEvent", "SpendingHold", "StoredPassage", "TokenUsage",
    "ToolCall", "ToolUse", "VerifiedAnswer",
]  # fmt: skip
