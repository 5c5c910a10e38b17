"""Settings by place: dev (default), test, prod; what they share is in base."""
