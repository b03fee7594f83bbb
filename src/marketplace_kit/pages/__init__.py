"""Content pages. The first of them is the home page."""
