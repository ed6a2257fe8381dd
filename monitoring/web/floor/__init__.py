"""Pages of the room: who is here, what is measured, given and decided."""
