"""Odoo as it is: its JSON-RPC, its records, its webhook. What an order means is decided in `billing.orders`."""
