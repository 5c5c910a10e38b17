"""What months of paying unlock."""
