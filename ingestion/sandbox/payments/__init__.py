"""What the simulated company does with money: sales, refunds, disputes, payouts, subscriptions and their ledger."""
