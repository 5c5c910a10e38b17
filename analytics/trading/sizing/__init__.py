"""Trading › Sizing: how much is put at stake, when, and how much could be."""
