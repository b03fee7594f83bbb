"""Shops: who offers, who works there, and whether the doors are open."""
