"""People: registration, sign-in, roles, consent, privacy. The lowest room: everybody else asks it who somebody is."""
