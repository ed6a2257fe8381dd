"""The append-only chained trail, and anchors outside the database."""
