"""Is this what was recorded and signed: replay, comparison, verification; who read what."""
