"""The stand-in as one thing: what a browser, Bellwether's client and a test's levers reach under `/odoo`."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Final

from ingestion.sandbox.odoo import trade
from ingestion.sandbox.odoo.books import JSON, opened
from ingestion.sandbox.odoo.hooks import Automation, payload, post
from ingestion.sandbox.odoo.rpc import answer_rpc
from ingestion.sandbox.odoo.till import answer_till
from ingestion.sandbox.stripe.wire import Answer, Request

PREFIX: Final = "/odoo"
DEEDS: Final[dict[str, Callable[..., Any]]] = {
    "place": trade.place,
    "pay": trade.pay,
    "confirm": trade.confirm,
    "refund": trade.refund,
    "invoice": trade.invoice,
    "settle": trade.settle_invoice,
    "cancel": trade.cancel,
    "email": trade.change_email,
    "delete": trade.delete,
}
#: Deeds whose order the automation tells of. A changed address or a deleted order tells nobody.
TOLD: Final = frozenset({"pay", "confirm", "refund", "invoice", "cancel"})


class OdooShop:
    """One Odoo database behind `answer`. Levers under `/odoo/_sandbox`:

    | POST      | JSON                                                            |
    | --------- | --------------------------------------------------------------- |
    | `/do`     | `deed`, its arguments; `tell: false` or `roll_back: true`       |
    | `/webhook`| `url`, `in_transaction`, `pairs`, `lose`                        |
    | `/shape`  | `pairs`: many2one fields of reads as `[id, name]`; `down: true` |

    `GET /odoo/_sandbox` tells what is set, how many orders there are and which calls went out with what answer.
    """

    def __init__(self, *, webhook_url: str = "", clock: Callable[[], float] = time.time, first: int = 1) -> None:
        self.books = opened(clock, first)
        self.automation = Automation(webhook_url)
        self.pairs, self.down = True, False
        self.calls: list[JSON] = []
        self._lock = threading.Lock()

    def answer(self, request: Request) -> Answer:
        """Any request below PREFIX."""
        path = request.path.removeprefix(PREFIX).rstrip("/")
        if path == "/jsonrpc" and request.method == "POST":
            if self.down:
                return Answer(502, text="<html>Bad Gateway</html>", content_type="text/html")
            return Answer(payload=answer_rpc(self.books, request.form, pairs=self.pairs))
        if path.startswith("/_sandbox"):
            return self._lever(request.method, path.removeprefix("/_sandbox"), request.form)
        if path.startswith("/shop"):
            return answer_till(self, request.method, path.removeprefix("/shop"), request.form)
        return Answer(404, {"error": f"nothing at {request.path}"})

    def do(self, deed: str, *, tell: bool = True, roll_back: bool = False, **given: Any) -> int:
        """One deed in a transaction of its own; returns the id of the order it is about.

        With `roll_back` the change is thrown away after the call went out, as an automation inside a transaction can.
        """
        with self._lock:
            draft = self.books.copy()
            made = DEEDS[deed](draft, **given)
            order = int(given.get("order") or made)
            telling = tell and deed in TOLD
            if telling and (self.automation.in_transaction or roll_back):
                self._tell(draft, order)
                telling = False
            if not roll_back:
                self.books = draft
            if telling:
                self._tell(draft, order)
        return order

    def _tell(self, books: Any, order: int) -> None:
        if not self.automation.url:
            return
        if self.automation.lose > 0:
            self.automation.lose -= 1
            self.calls.append({"order": order, "status": "lost"})
            return
        status = post(self.automation.url, payload(books, "sale.order", order, self.automation))
        self.calls.append({"order": order, "status": status})

    def _lever(self, method: str, path: str, given: JSON) -> Answer:
        try:
            if method == "GET" and path == "":
                return Answer(payload=self.described())
            if method == "POST" and path == "/do":
                order = self.do(**given)
                row = self.books.tables["sale.order"].get(order, {})
                return Answer(payload={"order": order, "name": row.get("name", ""), "state": row.get("state", "")})
            if method == "POST" and path == "/webhook":
                self.automation = Automation(**{"url": self.automation.url, **given})
                return Answer(payload=self.described())
            if method == "POST" and path == "/shape":
                self.pairs, self.down = given.get("pairs", self.pairs), given.get("down", False)
                return Answer(payload=self.described())
        except (KeyError, TypeError, ValueError, IndexError) as error:
            return Answer(400, {"error": str(error)})
        return Answer(404, {"error": f"no lever {method} {path}"})

    def described(self) -> JSON:
        return {
            "orders": len(self.books.tables["sale.order"]), "pairs": self.pairs, "down": self.down,
            "calls": list(self.calls), "in_transaction": self.automation.in_transaction,
        }  # fmt: skip
