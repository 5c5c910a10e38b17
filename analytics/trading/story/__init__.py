"""Trading › Story: the record told in sentences, each with its evidence."""
