"""The suite: fixed secrets, a database of its own, nothing that leaves the machine."""

from config import env
from config.settings.base import *  # noqa: F403
from config.settings.base import BASE_DIR, DATABASES, STORAGES, VAR_DIR

SECRET_KEY = "only-for-tests-" + "x" * 50
JWT_KEY = "only-for-tests-" + "j" * 50
ENCRYPTION_KEYS = ["cHJvdmlkZWQtZm9yLXRlc3RzLW9ubHktMzItYnl0ZXM="]
STRIPE_WEBHOOK_SECRETS = ["whsec_test_secret"]
STRIPE_SECRET_KEY = "sk_test_platform"
STRIPE_CONNECT_CLIENT_ID = "ca_test"
STRIPE_LIVEMODE = False
ODOO_URL = "http://odoo.test"
ODOO_DB = "shop"
ODOO_LOGIN = "bellwether"
ODOO_API_KEY = "key-for-tests"
ODOO_WEBHOOK_SECRETS = ["odoo-secret-for-tests-0123456789", "odoo-older-secret-0123456789ab"]
PDF_WEBHOOK_SECRETS = ["pdf-secret-for-tests-0123456789"]
STAFF_ALERT_EMAILS = ["staff@bellwether.example"]
BILLING_STRIPE_SECRET_KEY = "sk_test_sandbox"
BILLING_STRIPE_API_BASE = "http://127.0.0.1:9"  # nobody listens; tests that buy start a till of their own
BILLING_STRIPE_WEBHOOK_SECRETS = ["whsec_billing_secret"]
BILLING_STRIPE_LIVEMODE = False
LLM_PROVIDER = "none"  # tests that ask a model start a stand-in of their own
LLM_MODEL = ANTHROPIC_API_KEY = OPENAI_API_KEY = ""
METRICS_TOKEN = "metrics-for-tests"
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]

DATABASES["default"]["OPTIONS"].pop("pool", None)
DATABASES["default"]["TEST"] = {"NAME": "test_bellwether" + env.text("TEST_DB_SUFFIX", "")}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
STATICFILES_DIRS = [folder for folder in (BASE_DIR / "static", VAR_DIR / "assets") if folder.exists()]
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns about a folder that is not there
CELERY_BROKER_URL = "memory://"
ACCOUNT_RATE_LIMITS = False
RATE_LIMITS = False
RATE_LIMIT_STORE = "cache"
