"""A clinic with a past: sites, staff, patients, ninety days of sessions and a day in full swing.

Everything clinical goes through the verbs. Nothing else in the product imports this package.
"""
