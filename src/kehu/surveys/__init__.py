"""Surveys: answers checked and cleaned with a ledger, how reliable scales are, and what they measure."""
