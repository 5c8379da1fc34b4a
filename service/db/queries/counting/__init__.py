"""What is counted of cases and tasks, as rows of the figures' tables. Reads only."""
