"""Quotes, call-backs and visits for programs."""

from marketplace_grooming.api import prices, visits

handlers = (*prices.handlers, *visits.handlers)
