"""The conversation about a design: threads, suggestions, rounds and approvals."""
