"""The place and its people, and how the project is run."""
