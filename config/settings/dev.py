"""One machine, embedded services, secrets of its own that are made once and kept under var/."""

from config import env
from config.settings.base import *  # noqa: F403
from config.settings.base import BASE_URL, CONTENT_SECURITY_POLICY, SANDBOX_URL, STORAGES, VAR_DIR
from config.settings.local_secrets import derived, local_secrets

DEBUG = env.flag("DEBUG", default=False)
_secrets = local_secrets(VAR_DIR)
SECRET_KEY = env.text("SECRET_KEY", _secrets["SECRET_KEY"])
JWT_KEY = env.text("JWT_KEY", _secrets["JWT_KEY"])
ENCRYPTION_KEYS = env.items("ENCRYPTION_KEYS", _secrets["ENCRYPTION_KEYS"])
STRIPE_WEBHOOK_SECRETS = env.items("STRIPE_WEBHOOK_SECRETS", _secrets["STRIPE_WEBHOOK_SECRET"])
METRICS_TOKEN = env.text("METRICS_TOKEN", _secrets["METRICS_TOKEN"])
CSRF_TRUSTED_ORIGINS = [BASE_URL]
# Made here, since the settings are read before `manage.py up` builds what goes into it.
(VAR_DIR / "assets").mkdir(parents=True, exist_ok=True)

# Hashed names as in production, but uncompressed: compressing at the best level takes a minute and saves nothing here.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}

# Without a key of our own account, Bellwether itself is sold by the sandbox's till.
if not env.text("BILLING_STRIPE_SECRET_KEY", ""):
    BILLING_STRIPE_API_BASE = env.text("BILLING_STRIPE_API_BASE", SANDBOX_URL)
    BILLING_STRIPE_SECRET_KEY = "sk_test_sandbox"  # noqa: S105 - the sandbox takes any test key
    BILLING_STRIPE_LIVEMODE = False
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"].append(BILLING_STRIPE_API_BASE)
BILLING_STRIPE_WEBHOOK_SECRETS = env.items(
    "BILLING_STRIPE_WEBHOOK_SECRETS", f"whsec_{derived(_secrets['SECRET_KEY'], 'billing webhook')}"
)

# Without a key of its own this checkout speaks to the sandbox world, in Stripe's wire format.
if not env.text("STRIPE_SECRET_KEY", ""):
    STRIPE_API_BASE = env.text("STRIPE_API_BASE", SANDBOX_URL)
    STRIPE_CONNECT_BASE = env.text("STRIPE_CONNECT_BASE", SANDBOX_URL)
    STRIPE_SECRET_KEY = "sk_test_sandbox"  # noqa: S105 - the sandbox takes any test key
    STRIPE_CONNECT_CLIENT_ID = "ca_sandbox"
    STRIPE_LIVEMODE = False
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"].append(STRIPE_CONNECT_BASE)

# Without an Odoo of its own, orders come from the sandbox's shop.
ODOO_WEBHOOK_SECRETS = env.items("ODOO_WEBHOOK_SECRETS", derived(_secrets["SECRET_KEY"], "odoo"))
PDF_WEBHOOK_SECRETS = env.items("PDF_WEBHOOK_SECRETS", derived(_secrets["SECRET_KEY"], "pdf"))
if not env.text("BILLING_SHOP_URL", ""):
    BILLING_SHOP_URL = f"{SANDBOX_URL}/odoo/shop/{{sku}}"
if not env.text("ODOO_URL", ""):
    ODOO_URL = f"{SANDBOX_URL}/odoo"
    ODOO_DB = "bellwether-shop"
    ODOO_LOGIN = "bellwether@shop.example"
    ODOO_API_KEY = "odoo-sandbox-api-key"
