"""What `mutasi bench` measures: programs that print figures, never tests with a time limit."""
