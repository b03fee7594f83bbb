"""What goes in and out of orders: forms that people fill in, bodies that programs send, views that both read."""

from marketplace_kit.orders.schemas.announcing import News, OrderUpdate
from marketplace_kit.orders.schemas.asked import Lines, NewDraft, NewOrder, StatusChange, Wished, body_schema, read_body
from marketplace_kit.orders.schemas.details import (
    CancelForm,
    Details,
    GuestDetails,
    MemberDetails,
    OrderSettings,
    StaffDetails,
)
from marketplace_kit.orders.schemas.drafts import Begun, DraftLine, DraftView, Placed, promise_raw
from marketplace_kit.orders.schemas.figures import DayStats, OrderStats, StatusStats
from marketplace_kit.orders.schemas.paying import PaidForm, PaidView, PaymentView, UndoForm
from marketplace_kit.orders.schemas.shown import (
    EventView,
    LineView,
    MoveView,
    NotNow,
    OrderContact,
    OrderRow,
    OrderShop,
    OrderView,
    PartView,
    Step,
    TrackedLine,
    Tracking,
    parts_raw,
    parts_view,
)
from marketplace_kit.orders.schemas.wishes import ChangeAnswer, ChangeRequest, ChangeWish

__all__ = [
    "Begun",
    "CancelForm",
    "ChangeAnswer",
    "ChangeRequest",
    "ChangeWish",
    "DayStats",
    "Details",
    "DraftLine",
    "DraftView",
    "EventView",
    "GuestDetails",
    "LineView",
    "Lines",
    "MemberDetails",
    "MoveView",
    "NewDraft",
    "NewOrder",
    "News",
    "NotNow",
    "OrderContact",
    "OrderRow",
    "OrderSettings",
    "OrderShop",
    "OrderStats",
    "OrderUpdate",
    "OrderView",
    "PaidForm",
    "PaidView",
    "PartView",
    "PaymentView",
    "Placed",
    "StaffDetails",
    "StatusChange",
    "StatusStats",
    "Step",
    "TrackedLine",
    "Tracking",
    "UndoForm",
    "Wished",
    "body_schema",
    "parts_raw",
    "parts_view",
    "promise_raw",
    "read_body",
]
