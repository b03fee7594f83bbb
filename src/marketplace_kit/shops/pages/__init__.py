"""Pages: finding shops, setting one up and keeping it, looking after all of them. A shop's own page shows its listings,
so the listings room serves it; :func:`marketplace_kit.shops.services.face_of` is what this room tells there.
"""

from __future__ import annotations

from marketplace_kit.shops.pages import admin, finding, keeping, photos, team

handlers = (*finding.handlers, *keeping.handlers, *photos.handlers, *team.handlers, *admin.handlers)
