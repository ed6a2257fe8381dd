"""The record of a supervised dosing session."""
