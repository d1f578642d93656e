"""Checks of preference data."""
