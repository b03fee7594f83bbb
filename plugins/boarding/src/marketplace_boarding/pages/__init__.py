"""Free nights, stays and the house, for people."""

from marketplace_boarding.pages import booking, families, house, rooms

handlers = (*booking.handlers, *families.handlers, *house.handlers, *rooms.handlers)
HOME = house.HOME
