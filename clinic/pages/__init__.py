"""The kit that every page is made from: forms, fields, filters, what a form says."""
