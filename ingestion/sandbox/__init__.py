"""The sandbox world: one simulated company whose truth is known, served in its providers' own wire formats.

Nothing here touches the database or a clock; every builder takes a seed and an `as_of`.
"""
