"""Orders of the second payment source, and what follows from them."""

from config import env

# Odoo: where orders are read back, and the secrets in the address it calls
ODOO_URL = env.text("ODOO_URL", "")
ODOO_DB = env.text("ODOO_DB", "")
ODOO_LOGIN = env.text("ODOO_LOGIN", "")
ODOO_API_KEY = env.text("ODOO_API_KEY", "")
ODOO_WEBHOOK_SECRETS = env.items("ODOO_WEBHOOK_SECRETS")
ODOO_WEBHOOK_NETWORKS = env.items("ODOO_WEBHOOK_NETWORKS")

# One-off reports
PDF_WEBHOOK_SECRETS = env.items("PDF_WEBHOOK_SECRETS")
AUTOPSY_SLA_DAYS = env.number("AUTOPSY_SLA_DAYS", 3)
ORDER_LINK_DAYS = env.number("ORDER_LINK_DAYS", 60)

# Activation, and who hears of what is late
ACTIVATION_LINK_MINUTES = env.number("ACTIVATION_LINK_MINUTES", 30)
STAFF_ALERT_EMAILS = env.items("STAFF_ALERT_EMAILS")
