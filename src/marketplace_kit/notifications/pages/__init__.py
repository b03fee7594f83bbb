"""Pages: the notice centre and its bell, preferences, and what those look after who run the site."""

from __future__ import annotations

from marketplace_kit.notifications.pages import centre, delivered, preferring, wording

handlers = (*centre.handlers, *preferring.handlers, *wording.handlers, *delivered.handlers)
