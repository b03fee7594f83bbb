"""How the documentation site is built: `./kit test docs`."""

from importlib.metadata import version as installed_version

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

project = "marketplace-kit"
author = "The marketplace-kit maintainers"
project_copyright = "The marketplace-kit maintainers, Apache-2.0"
release = installed_version("marketplace-kit")
version = ".".join(release.split(".")[:2])

extensions = ["myst_parser"]
myst_enable_extensions = ["attrs_inline", "colon_fence", "deflist"]
myst_heading_anchors = 3
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
nitpicky = True
suppress_warnings: list[str] = []

html_theme = "furo"
html_title = f"marketplace-kit {version}"
html_copy_source = True  # every page also as Markdown, under _sources/
html_show_sourcelink = True
html_sourcelink_suffix = ""
html_extra_path = ["llms.txt"]


def setup(app: Sphinx) -> None:
    """Diagrams are written in Mermaid: read as they are here, drawn where the Markdown is shown by somebody who can."""
    app.add_lexer("mermaid", TextLexer)
