"""The trading desk's way in: broker statements to executions, cash flows and trades."""
