"""Whom a shop knows: its clients, what they had, what to remember about them."""
