"""What is true of transfers whatever the database, the engine or the page: plain Python, no I/O."""
