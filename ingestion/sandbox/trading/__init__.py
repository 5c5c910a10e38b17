"""A simulated trader whose truth is known, and his history as brokers write it."""
