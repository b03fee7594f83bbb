"""What customers were promised."""
