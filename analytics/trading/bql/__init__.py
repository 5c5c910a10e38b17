"""Trading › BQL: the Behavioural Quality Level, our own measure of conduct. Profit is no part of it."""
