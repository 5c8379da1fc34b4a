"""Business actions: one function each, in the caller's transaction."""
