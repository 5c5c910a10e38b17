"""The open internet: every secret must be given, everything travels by TLS."""

from config import env
from config.settings.base import *  # noqa: F403
from config.settings.base import BASE_URL, BILLING_STRIPE_SECRET_KEY

SECRET_KEY = env.text("SECRET_KEY")
JWT_KEY = env.text("JWT_KEY")
ENCRYPTION_KEYS = env.items("ENCRYPTION_KEYS") or [env.text("ENCRYPTION_KEYS")]
STRIPE_WEBHOOK_SECRETS = env.items("STRIPE_WEBHOOK_SECRETS") or [env.text("STRIPE_WEBHOOK_SECRETS")]
if BILLING_STRIPE_SECRET_KEY:  # an installation without one sells nothing
    BILLING_STRIPE_WEBHOOK_SECRETS = env.items("BILLING_STRIPE_WEBHOOK_SECRETS") or [
        env.text("BILLING_STRIPE_WEBHOOK_SECRETS")
    ]
EMAIL_BACKEND = env.text("EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]  # asked from inside, without TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_NAME = "__Host-csrf"
STAFF_MFA_REQUIRED = True
