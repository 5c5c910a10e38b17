"""The model that answers questions, if there is one, and what a business may spend on it."""

from config import env

# "auto" takes the provider that has a key; without one the deterministic analyst answers
LLM_PROVIDER = env.text("LLM_PROVIDER", "auto")
LLM_MODEL = env.text("LLM_MODEL", "")
ANTHROPIC_API_KEY = env.text("ANTHROPIC_API_KEY", "")
ANTHROPIC_BASE_URL = env.text("ANTHROPIC_BASE_URL", "https://api.anthropic.com")
OPENAI_API_KEY = env.text("OPENAI_API_KEY", "")
OPENAI_BASE_URL = env.text("OPENAI_BASE_URL", "https://api.openai.com/v1")

# One request
LLM_MAX_OUTPUT_TOKENS = env.number("LLM_MAX_OUTPUT_TOKENS", 1500)
LLM_TIMEOUT_SECONDS = env.number("LLM_TIMEOUT_SECONDS", 30)
LLM_MAX_RETRIES = env.number("LLM_MAX_RETRIES", 2)

# One business and month, in whole US dollars; staff may set another cap for one business
LLM_MONTHLY_CAP_USD = env.number("LLM_MONTHLY_CAP_USD", 10)

# How texts become vectors for the knowledge search: "minilm" here on the machine, "openai" at OPENAI_BASE_URL, "none"
EMBEDDINGS = env.text("EMBEDDINGS", "minilm")
EMBEDDINGS_MODEL = env.text("EMBEDDINGS_MODEL", "text-embedding-3-small")
