"""What a business's questions used: tokens, cost, time, and how the number check went."""
