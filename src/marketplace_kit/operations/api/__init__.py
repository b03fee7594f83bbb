"""REST: /api/admin, what the pages of the admin show and do, for programs."""

from marketplace_kit.operations.api import brand, running, settings

handlers = (*running.handlers, *settings.handlers, *brand.handlers)
