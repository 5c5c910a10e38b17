"""How an assistant of somebody else gets a token: OAuth 2.1 on allauth's provider, with its gaps closed."""
