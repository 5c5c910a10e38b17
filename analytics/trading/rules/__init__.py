"""Trading › Rules: the trader's own rules, how often they are kept, and what keeping them would have changed."""
