"""What stands behind run.py. Modules that run before the set-up use the standard library only."""
