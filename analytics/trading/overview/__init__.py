"""Trading › Overview: one account at a glance, from stored results."""
