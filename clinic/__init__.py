"""The organisation and its people, and how the project is run."""
