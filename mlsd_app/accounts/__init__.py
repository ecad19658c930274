"""Who people are: accounts, guests who may keep what they tried, and how they sign in."""
