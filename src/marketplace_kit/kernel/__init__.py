"""What every room stands on. Nothing here knows what a marketplace is, save ``hooks``: the nouns of the plugin
contract.
"""
