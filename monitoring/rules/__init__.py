"""Clinical rules: pure functions over plain data. Time is an argument, never read here."""
