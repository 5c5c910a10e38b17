"""Trading › Edge Health: does the edge still hold?"""
