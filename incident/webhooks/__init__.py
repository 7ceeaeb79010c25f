"""Webhooks out: what other systems are told of our acts, signed by the Standard Webhooks scheme."""
