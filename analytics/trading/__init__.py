"""The trading desk: from an account's trades to what can honestly be said about its edge."""
