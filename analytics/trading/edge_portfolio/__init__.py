"""Trading › Edge Portfolio: which setups and instruments carry the result?"""
