"""The formulas that a design's numbers must agree with, each in one place, with units and source.

A formula takes numbers that may be missing and answers ``None`` when one of them is, or when the
arithmetic has no answer. Absurd values never raise; what exceeds every float is ``math.inf``.
"""
