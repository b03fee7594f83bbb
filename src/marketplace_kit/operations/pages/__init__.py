"""The admin area's own pages."""

from marketplace_kit.operations.pages import brand, inspecting, running, settings

handlers = (*running.handlers, *settings.handlers, *brand.handlers, *inspecting.handlers)
