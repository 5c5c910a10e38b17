"""Trading › Monte Carlo: where the account may stand after 20, 60 and 120 more sessions like the past ones."""
