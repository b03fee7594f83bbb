"""Places: countries, cities and the categories of trade that are offered there; distances."""
