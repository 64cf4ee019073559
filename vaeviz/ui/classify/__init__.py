"""Classify: the groups of people of a query."""
