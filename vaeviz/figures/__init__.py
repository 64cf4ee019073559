"""Pure functions from tables to charts."""
