"""Trading › Slices: where results differ by hour, weekday, instrument and the like, and where that may be luck."""
