"""One machine, embedded services, secrets of its own that are made once and kept under var/."""

from config.settings.base import *  # noqa: F403
from config.settings.base import BASE_URL, VAR_DIR, env
from config.settings.local_secrets import local_secrets

DEBUG = env.flag("DEBUG", default=False)
_secrets = local_secrets(VAR_DIR)
SECRET_KEY = env.text("SECRET_KEY", _secrets["SECRET_KEY"])
JWT_KEY = env.text("JWT_KEY", _secrets["JWT_KEY"])
ENCRYPTION_KEYS = env.items("ENCRYPTION_KEYS", _secrets["ENCRYPTION_KEYS"])
STRIPE_WEBHOOK_SECRETS = env.items("STRIPE_WEBHOOK_SECRETS", _secrets["STRIPE_WEBHOOK_SECRET"])
METRICS_TOKEN = env.text("METRICS_TOKEN", _secrets["METRICS_TOKEN"])
CSRF_TRUSTED_ORIGINS = [BASE_URL]
STATICFILES_DIRS = [folder for folder in STATICFILES_DIRS if folder.exists()]  # noqa: F405
