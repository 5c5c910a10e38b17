"""Trading › KPIs: what the record shows, how sure that is, and what it does not show yet."""
