"""Trading › Psychology: which habits show in the record, and which of them cost money."""
