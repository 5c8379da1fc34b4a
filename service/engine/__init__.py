"""The engine: a function from definition, snapshot, command and time to a Step. No database, no clock."""
