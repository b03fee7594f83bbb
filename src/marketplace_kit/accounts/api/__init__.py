"""REST: what programs can do with accounts."""

from marketplace_kit.accounts.api import admin, auth, privacy, users

handlers = (*auth.handlers, *users.handlers, *privacy.handlers, *admin.handlers)

__all__ = ["handlers"]
