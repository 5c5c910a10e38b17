"""The platform's own till: products, customers, checkout, subscriptions, invoices and a portal, in Stripe's shapes."""
