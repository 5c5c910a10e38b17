from django.apps import AppConfig


class AgentConfig(AppConfig):
    name = "agent"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts.navigation import register_nav
        from agent import tools as _tools  # noqa: F401 - registers the tools
        from agent.chat import evidence as _evidence  # noqa: F401 - registers the figures of answers

        register_nav(
            "payments", "Ask", "agent:start", icon="ask", order=60, permission="use:agent",
            also=("agent:conversation", "agent:knowledge"),
        )  # fmt: skip
