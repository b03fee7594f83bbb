"""The testing kit: what this project is tested with, for whoever builds a site or a plugin on it.

Load it in the root ``conftest.py``::

    pytest_plugins = ["marketplace_kit.testing.plugin"]

Fixtures are listed in :mod:`marketplace_kit.testing.plugin`; what tests call stands in the modules beside it:
``sites``, ``queries``, ``mail``, ``builders``, ``contract``.
"""
