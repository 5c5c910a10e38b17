"""Trading › Slump Prescription: is this drawdown usual, and what may help?"""
