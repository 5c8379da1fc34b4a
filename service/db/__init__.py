"""Tables, and the read side. Differences between SQLite and PostgreSQL end here."""
