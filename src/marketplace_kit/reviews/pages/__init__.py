"""Pages of this room: reading, writing, a shop's own reviews, and the queue."""

from marketplace_kit.reviews.pages.moderating import handlers as moderating
from marketplace_kit.reviews.pages.reading import handlers as reading
from marketplace_kit.reviews.pages.selling import handlers as selling
from marketplace_kit.reviews.pages.writing import handlers as writing

handlers = (*reading, *writing, *selling, *moderating)
