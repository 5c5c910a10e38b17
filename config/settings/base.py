"""What every place shares. Each environment variable is described in docs/settings.md."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from config import env
from config.settings.console import UNFOLD as UNFOLD
from config.settings.database import database_from_url
from config.settings.language_models import *  # noqa: F403
from config.settings.orders import *  # noqa: F403

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VAR_DIR = Path(env.text("BELLWETHER_VAR", str(BASE_DIR / "var")))

SECRET_KEY = env.text("SECRET_KEY", "")
DEBUG = False
ALLOWED_HOSTS = env.items("ALLOWED_HOSTS", "127.0.0.1,localhost")
BASE_URL = env.text("BASE_URL", "http://127.0.0.1:8000")
ADMIN_PATH = env.text("ADMIN_PATH", "staff/")

# MCP: its own process, which a proxy joins to the same host by path
MCP_BASE_URL = env.text("MCP_BASE_URL", BASE_URL)
IDP_OIDC_ADAPTER = "agent.oauth.adapter.Adapter"
IDP_OIDC_DCR_ENABLED = True
IDP_OIDC_DCR_REQUIRES_INITIAL_ACCESS_TOKEN = False  # programs register themselves; see `Adapter`
IDP_OIDC_RATE_LIMITS = {"client_registration": "60/m/ip"}  # hosted assistants share an address
MCP_ALLOWED_HOSTS = env.items("MCP_ALLOWED_HOSTS", MCP_BASE_URL.split("://", 1)[-1].split("/")[0])

INSTALLED_APPS = [
    "config.apps.ConfigConfig",
    "agent.apps.AgentConfig",
    "recommendations.apps.RecommendationsConfig",
    "analytics.apps.AnalyticsConfig",
    "ingestion.apps.IngestionConfig",
    "billing.apps.BillingConfig",
    "accounts.apps.AccountsConfig",
    "unfold.apps.BasicAppConfig",
    "accounts.console.ConsoleConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.google",
    "allauth.idp.oidc",
    "django_celery_beat",
    "django_htmx",
    "ninja",
    "csp",
]

MIDDLEWARE = [
    "accounts.middleware.request_id",
    "accounts.middleware.webhook_lane",
    "agent.oauth.hardening.oauth_2_1",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.TenantMiddleware",
]

ROOT_URLCONF = "config.urls"
LOGGING_CONFIG = None
WSGI_APPLICATION = "config.wsgi.application"
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context.shell",
            ],
        },
    }
]

DATABASES = {"default": database_from_url(env.text("DATABASE_URL", ""))}

REDIS_URL = env.text("REDIS_URL", "")
CACHES = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}
    )
}

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static", VAR_DIR / "assets"]

# Log-in
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.SignupExtraForm"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_RATE_LIMITS: dict[str, str] | bool = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "signup": "20/m/ip",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Bellwether"
SOCIALACCOUNT_ADAPTER = "accounts.adapters.GoogleAdapter"
MFA_ADAPTER = "accounts.adapters.MFAAdapter"
STAFF_MFA_REQUIRED = False
GOOGLE_CLIENT_ID = env.text("GOOGLE_CLIENT_ID", "")
SOCIALACCOUNT_PROVIDERS = {
    "google": {
        "SCOPE": ["profile", "email"],
        "AUTH_PARAMS": {"access_type": "online"},
        "OAUTH_PKCE_ENABLED": True,
        "EMAIL_AUTHENTICATION": True,
        "APPS": [{"client_id": GOOGLE_CLIENT_ID, "secret": env.text("GOOGLE_CLIENT_SECRET", ""), "key": ""}]
        if GOOGLE_CLIENT_ID
        else [],
    }
}
JWT_KEY = env.text("JWT_KEY", "")
JWT_ACCESS_LIFETIME = timedelta(minutes=30)
JWT_REFRESH_LIFETIME = timedelta(days=14)

# Where a member lands: the first name that has an address, of a desk that is on. Apps above `accounts` own these pages.
BUSINESS_HOME = ["payments:readiness", "trading:overview"]
BUSINESS_FIRST_STEP = ["sources:connect", *BUSINESS_HOME]
INVITATION_LIFETIME = timedelta(days=7)

# Rate limits are counted where every process sees them and no rollback undoes them.
RATE_LIMITS = True
RATE_LIMIT_STORE = "cache" if REDIS_URL else "database"

# Secrets at rest: the first key encrypts, all of them decrypt
ENCRYPTION_KEYS = env.items("ENCRYPTION_KEYS")

# Files
FILE_LINK_SECONDS = env.number("FILE_LINK_SECONDS", 300)
UPLOAD_MAX_BYTES = env.number("UPLOAD_MAX_BYTES", 50 * 1024 * 1024)
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
S3_BUCKET = env.text("S3_BUCKET", "")
STORAGES = {
    "default": (
        {
            "BACKEND": "storages.backends.s3.S3Storage",
            "OPTIONS": {
                "bucket_name": S3_BUCKET,
                "endpoint_url": env.text("S3_ENDPOINT_URL", "") or None,
                "region_name": env.text("S3_REGION", "") or None,
                "access_key": env.text("S3_ACCESS_KEY", "") or None,
                "secret_key": env.text("S3_SECRET_KEY", "") or None,
                "default_acl": None,
                "querystring_auth": True,
                "querystring_expire": FILE_LINK_SECONDS,
                "file_overwrite": False,
                "object_parameters": {"ServerSideEncryption": env.text("S3_ENCRYPTION", "AES256")},
            },
        }
        if S3_BUCKET
        else {"BACKEND": "accounts.files.PrivateDiskStorage", "OPTIONS": {"location": str(VAR_DIR / "media")}}
    ),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Mail
EMAIL_BACKEND = env.text("EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend")
EMAIL_FILE_PATH = VAR_DIR / "mail"
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = env.number("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Bellwether <desk@bellwether.example>")

# Work in the background
CELERY_BROKER_URL = REDIS_URL or "filesystem://"
CELERY_QUEUE_DIR = VAR_DIR / "queue"
JOB_LEASE_SECONDS = env.number("JOB_LEASE_SECONDS", 60)
JOB_SWEEP_SECONDS = env.number("JOB_SWEEP_SECONDS", 10)

# Stripe: the customers' accounts
STRIPE_API_BASE = env.text("STRIPE_API_BASE", "https://api.stripe.com")
STRIPE_CONNECT_BASE = env.text("STRIPE_CONNECT_BASE", "https://connect.stripe.com")
STRIPE_SECRET_KEY = env.text("STRIPE_SECRET_KEY", "")
STRIPE_CONNECT_CLIENT_ID = env.text("STRIPE_CONNECT_CLIENT_ID", "")
STRIPE_WEBHOOK_SECRETS = env.items("STRIPE_WEBHOOK_SECRETS")
STRIPE_LIVEMODE = env.flag("STRIPE_LIVEMODE", default=True)

# Stripe: our own account, where Bellwether itself is sold
BILLING_STRIPE_SECRET_KEY = env.text("BILLING_STRIPE_SECRET_KEY", "")
BILLING_STRIPE_API_BASE = env.text("BILLING_STRIPE_API_BASE", "https://api.stripe.com")
BILLING_STRIPE_WEBHOOK_SECRETS = env.items("BILLING_STRIPE_WEBHOOK_SECRETS")
BILLING_STRIPE_LIVEMODE = env.flag("BILLING_STRIPE_LIVEMODE", default=True)
BILLING_STRIPE_PAGES = env.items(
    "BILLING_STRIPE_PAGES", "https://checkout.stripe.com,https://billing.stripe.com,https://invoice.stripe.com"
)
BILLING_AUTOMATIC_TAX = env.flag("BILLING_AUTOMATIC_TAX", default=True)
# Where plans are bought: "stripe", or "odoo" for the shop; what Stripe does not sell always leads to the shop
BILLING_SOLD_AT = env.text("BILLING_SOLD_AT", "stripe")
BILLING_SHOP_URL = env.text("BILLING_SHOP_URL", "")

# Outbound messages: hosts of a private network that may be called, and over plain http too
OUTBOUND_PRIVATE_HOSTS = env.items("OUTBOUND_PRIVATE_HOSTS")

# The sandbox world; only development checkouts speak to it
SANDBOX_URL = env.text("SANDBOX_URL", "http://127.0.0.1:8010")

# Browser
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "EXCLUDE_URL_PREFIXES": [f"/{ADMIN_PATH}", "/api/v1/docs"],
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'", STRIPE_CONNECT_BASE, "https://accounts.google.com", *BILLING_STRIPE_PAGES],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "manifest-src": ["'self'"],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXY_COUNT", 0)

# Logs, metrics
LOG_LEVEL = env.text("LOG_LEVEL", "INFO")
METRICS_TOKEN = env.text("METRICS_TOKEN", "")
EVENT_RETENTION_DAYS = env.number("EVENT_RETENTION_DAYS", 90)
JOB_RETENTION_DAYS = env.number("JOB_RETENTION_DAYS", 14)
INBOX_RETENTION_DAYS = env.number("INBOX_RETENTION_DAYS", 35)
RAW_PAGE_RETENTION_DAYS = env.number("RAW_PAGE_RETENTION_DAYS", 90)
CONVERSATION_RETENTION_DAYS = env.number("CONVERSATION_RETENTION_DAYS", 365)
TOOL_CALL_RETENTION_DAYS = env.number("TOOL_CALL_RETENTION_DAYS", 90)
