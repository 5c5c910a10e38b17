"""Trading › Fatigue: do results fade in the course of a session?"""
