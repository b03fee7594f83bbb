"""What every plugin is held to."""

from marketplace_grooming.plugin import plugin
from marketplace_kit.testing.contract import plugin_contract

TestGrooming = plugin_contract(plugin)
