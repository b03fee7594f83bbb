"""Prices, call-backs and visits for people."""

from marketplace_grooming.pages import booking, differing, families, prices, salon

handlers = (*prices.handlers, *booking.handlers, *families.handlers, *salon.handlers, *differing.handlers)
