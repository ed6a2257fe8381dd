"""The log: a chain for each session, patient and person, and one for the organisation."""
