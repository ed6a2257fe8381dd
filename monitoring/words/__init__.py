"""What the record says, in words: no page, no address."""
