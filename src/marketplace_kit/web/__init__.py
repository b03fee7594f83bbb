"""The web toolkit: what every page and endpoint of every room stands on. It knows no room."""
