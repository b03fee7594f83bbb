"""What every plugin is held to."""

from marketplace_kit.testing.contract import plugin_contract
from marketplace_pets.plugin import plugin

TestPets = plugin_contract(plugin)
