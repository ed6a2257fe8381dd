"""The append-only chained trail; who read what; verification; anchors."""
