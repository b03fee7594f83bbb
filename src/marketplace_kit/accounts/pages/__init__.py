"""Pages: what people can do with accounts."""

from marketplace_kit.accounts.pages import account, admin, by_code, doors, legal, privacy
from marketplace_kit.accounts.pages.doors import safe_next

handlers = (*doors.handlers, *by_code.handlers, *account.handlers, *privacy.handlers, *legal.handlers, *admin.handlers)

__all__ = ["handlers", "safe_next"]
