"""marketplace-kit: a marketplace domain library with a plugin contract.

The floors, from the ground up: ``kernel`` (knows nothing of marketplaces), ``web`` (the web toolkit), the rooms
(``accounts`` ... ``pages``), ``app``/``worker``/``cli`` (assembly) and ``testing``.
Importing this package imports nothing else.
"""

__version__ = "0.1.0"
