"""Trading › Shadow Boxing: what a prop firm would have said to this record, and may say to the next sessions."""
