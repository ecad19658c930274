"""What an open page asks every few seconds: has anything changed, and who else is here?"""
