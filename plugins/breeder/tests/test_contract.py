"""What every plugin is held to."""

from marketplace_breeder.plugin import plugin
from marketplace_kit.testing.contract import plugin_contract

TestBreeder = plugin_contract(plugin)
