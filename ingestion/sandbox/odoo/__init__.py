"""An Odoo shop as far as Bellwether sees one: JSON-RPC reads, the webhook automation, a till for browsers, levers."""
