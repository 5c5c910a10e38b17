"""A Stripe of our own on loopback: the sandbox companies behind Stripe's wire format, with faults on demand."""
