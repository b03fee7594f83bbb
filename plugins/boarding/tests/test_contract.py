"""What every plugin is held to."""

from marketplace_boarding.plugin import plugin
from marketplace_kit.testing.contract import plugin_contract

TestBoarding = plugin_contract(plugin)
