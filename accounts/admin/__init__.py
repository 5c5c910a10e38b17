"""The staff console: one internal place to look at everything and to do a few deeds, each with a reason."""
