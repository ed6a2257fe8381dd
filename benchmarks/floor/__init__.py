"""The floor: the least that does the same work with Django, to measure the product against.

It knows no people, no guards, no trail and no rules: a form that is checked and one row that is
inserted; thirty sessions with their last reading; one session with its readings as a table.
"""
