"""Pages: setting a shop up and keeping it."""

from __future__ import annotations

from marketplace_kit.shops.pages.keeping import beginning, describing, opening

handlers = (*beginning.handlers, *describing.handlers, *opening.handlers)
