"""The staff console's view of recommendations: read-only, with actions that ask for a reason and leave an event."""
