"""Running the site: overview, plugins, background work, settings, health and the audit trail."""
