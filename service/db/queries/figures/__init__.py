"""Managers' figures as read: from the counted tables, and live where few rows are looked at.

With a unit chosen the tasks of that unit's cases are read directly: they are few. Everything else comes from
`step_figure` and `waiting_figure`.
"""
