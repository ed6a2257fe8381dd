"""Pages of one session: what it is now, its signature, and how it ends."""
