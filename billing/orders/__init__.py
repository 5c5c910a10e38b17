"""Orders of the second payment source: what was read, what it means, what follows."""
