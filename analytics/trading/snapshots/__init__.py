"""Stored results of the desk's modules: written by one job, read by every face."""
