"""Keeping the record through the years: its backup, its restore, its move to another engine.

What is here runs from commands, with the owner's rights; no page reaches it.
"""
