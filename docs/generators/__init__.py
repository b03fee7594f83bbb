"""What the reference pages are written from: one module for each group of pages, each page a function of the house."""
