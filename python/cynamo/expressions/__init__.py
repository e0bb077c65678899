"""Condition, update and projection expressions, built from attributes with Python's operators."""
