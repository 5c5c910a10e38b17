from django.apps import AppConfig


class AgentConfig(AppConfig):
    name = "agent"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts.navigation import BUSINESS, register_nav
        from agent import tools as _tools  # noqa: F401 - registers the tools
        from agent.chat import evidence as _evidence  # noqa: F401 - registers the figures of answers
        from agent.chat import retention as _retention  # noqa: F401 - registers its job
        from agent.chat import tasks as _tasks  # noqa: F401 - registers its jobs
        from agent.chat.limits import questions_this_month
        from agent.knowledge import tasks as _knowledge  # noqa: F401 - registers its jobs
        from agent.llm import budgets as _budgets  # noqa: F401 - registers the release of what lost runs hold
        from agent.llm import configuration as _configuration  # noqa: F401 - registers the check of the settings
        from billing.usage import register_usage

        register_usage("agent_questions", lambda business, now: questions_this_month(business, now=now))
        register_nav(
            BUSINESS, "Ask", "agent:start", icon="ask", order=4, permission="use:agent",
            also=("agent:conversation", "agent:knowledge", "agent:knowledge-index", "agent:verified", "agent:connect"),
        )  # fmt: skip
        register_nav(BUSINESS, "Assistant use", "agent:usage", icon="metrics", order=56, permission="write:business")
