"""One-off reports: work items with a clock, their page, their files."""
