"""Trading › Execution: what is lost between the idea and the account."""
