"""Employees, units, positions and their records, brought in from files."""
