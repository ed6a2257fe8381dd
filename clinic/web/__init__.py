"""The pages of the organisation: its site, people, tablets, sign-ins and emergencies."""
