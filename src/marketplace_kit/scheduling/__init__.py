"""When something can be done, by whom, where."""
