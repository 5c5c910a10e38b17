from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts import housekeeping  # noqa: F401 - registers its job
        from accounts.navigation import register_nav

        register_nav("business", "Team", "accounts:members", "team", 40, permission="read:members")
        register_nav("business", "API keys", "accounts:keys", "key", 50, permission="write:keys")
        register_nav("business", "Settings", "accounts:settings", "settings", 60, permission="write:business")
        register_nav("business", "History", "accounts:events", "history", 70, permission="write:business")
