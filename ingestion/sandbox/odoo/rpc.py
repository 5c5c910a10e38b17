"""`/jsonrpc` of the stand-in: common.login / authenticate and object.execute_kw with the reads that we use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from ingestion.sandbox.odoo.books import JSON, MANY2ONE, Books

DATABASE: Final = "bellwether-shop"
LOGIN: Final = "bellwether@shop.example"
API_KEY: Final = "odoo-sandbox-api-key"
USER_ID: Final = 2
COMPARE: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "=": lambda held, wanted: held == wanted,
    "!=": lambda held, wanted: held != wanted,
    "in": lambda held, wanted: bool(set(held) & set(wanted)) if isinstance(held, list) else held in wanted,
    "not in": lambda held, wanted: held not in wanted,
    ">=": lambda held, wanted: held >= wanted,
    ">": lambda held, wanted: held > wanted,
    "<=": lambda held, wanted: held <= wanted,
    "<": lambda held, wanted: held < wanted,
    "=ilike": lambda held, wanted: str(held).lower() == str(wanted).lower(),
}


class Refused(Exception):
    """A failure in Odoo's shape: the class of its exception, and the sentence."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind, self.message = kind, message


def answer_rpc(books: Books, body: JSON, *, pairs: bool) -> JSON:
    """One JSON-RPC call. With `pairs`, a many2one is `[id, name]`, else the bare id."""
    envelope: JSON = {"jsonrpc": "2.0", "id": body.get("id")}
    try:
        return envelope | {"result": _call(books, body.get("params") or {}, pairs)}
    except Refused as refused:
        data = {
            "name": refused.kind,
            "message": refused.message,
            "arguments": [refused.message],
            "debug": "Traceback …",
        }
        return envelope | {"error": {"code": 200, "message": "Odoo Server Error", "data": data}}


def _call(books: Books, params: JSON, pairs: bool) -> Any:
    service, method, args = params.get("service"), params.get("method"), params.get("args") or []
    if service == "common" and method in ("login", "authenticate"):
        return USER_ID if list(args[:3]) == [DATABASE, LOGIN, API_KEY] else False
    if service == "common" and method == "version":
        return {"server_version": "18.0", "protocol_version": 1}
    if service != "object" or method != "execute_kw" or len(args) < 5:
        raise Refused("builtins.AttributeError", f"no method {service}.{method}")
    database, user, key, model, verb, *rest = args
    if (database, user, key) != (DATABASE, USER_ID, API_KEY):
        raise Refused("odoo.exceptions.AccessDenied", "Access Denied")
    if model not in books.tables:
        raise Refused("builtins.KeyError", str(model))
    return _execute(books, model, verb, rest[0] if rest else [], rest[1] if len(rest) > 1 else {}, pairs)


def _execute(books: Books, model: str, verb: str, given: Sequence[Any], options: JSON, pairs: bool) -> Any:
    if verb == "read":
        wanted = list(given[0])
        gone = [number for number in wanted if number not in books.tables[model]]
        if gone:
            message = f"Record does not exist or has been deleted.\n(Record: {model}({gone[0]},), User: {USER_ID})"
            raise Refused("odoo.exceptions.MissingError", message)
        rows = [books.tables[model][number] for number in wanted]
    elif verb in ("search_read", "search", "search_count"):
        rows = _found(books, model, options.get("domain", given[0] if given else []), options)
        if verb != "search_read":
            return len(rows) if verb == "search_count" else [row["id"] for row in rows]
    else:
        raise Refused("builtins.AttributeError", f"type object '{model}' has no attribute '{verb}'")
    fields = options.get("fields") or (given[1] if len(given) > 1 else [])
    return [_shown(books, row, fields, pairs and options.get("load", "_classic_read") is not None) for row in rows]


def _found(books: Books, model: str, domain: Sequence[Any], options: JSON) -> list[JSON]:
    """Rows that meet every triple of the domain; the prefix operators `|` and `!` are not understood."""
    rows = [row for row in books.tables[model].values() if all(_meets(row, triple) for triple in domain)]
    order = str(options.get("order") or "id")
    for part in reversed([name.strip() for name in order.split(",")]):
        name, _, direction = part.partition(" ")
        rows.sort(key=lambda row, by=name: row[by], reverse=direction.strip() == "desc")  # type: ignore[misc]
    start = int(options.get("offset") or 0)
    return rows[start : start + int(options.get("limit") or len(rows) or 1)]


def _meets(row: JSON, triple: Sequence[Any]) -> bool:
    name, operator, wanted = triple
    if name not in row or operator not in COMPARE:
        raise Refused("builtins.ValueError", f"Invalid leaf {triple!r}")
    return COMPARE[operator](row[name], wanted)


def _shown(books: Books, row: JSON, fields: Sequence[str], pairs: bool) -> JSON:
    unknown = [name for name in fields if name not in row]
    if unknown:
        raise Refused("builtins.ValueError", f"Invalid field {unknown[0]!r}")
    names = dict.fromkeys(["id", *(fields or row)])
    return {name: _value(books, name, row[name], pairs) for name in names}


def _value(books: Books, name: str, value: Any, pairs: bool) -> Any:
    model = MANY2ONE.get(name)
    if model is None or not pairs or value is False:
        return value
    row = books.tables[model].get(value, {})
    return [value, row.get("display_name") or row.get("reference") or row.get("name") or f"{model},{value}"]
