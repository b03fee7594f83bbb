"""Which page stands at which address."""

from __future__ import annotations

from collections.abc import Mapping

from marketplace_kit.kernel.site import Site

HOME = "/-/page/home"


class PageTree:
    """The addresses of content pages and the internal routes that serve them: what the page resolver asks for each
    request.
    """

    def __init__(self, pages: Mapping[str, str] | None = None) -> None:
        self._pages = {"/": HOME} if pages is None else dict(pages)

    async def resolve(self, site: Site, path: str) -> str | None:
        return self._pages.get(path)
