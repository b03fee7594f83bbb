"""Notices to people: one mechanism for every room and plugin, over every channel that somebody registered."""
