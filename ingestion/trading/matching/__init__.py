"""From facts of an account to its trades."""
