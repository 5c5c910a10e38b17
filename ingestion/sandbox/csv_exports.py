"""Stripe's own CSV files, as its Dashboard and report pages write them: the column heads are theirs.

Heads after docs.stripe.com/reports/report-types/balance (balance_change_from_activity.itemized.3, payouts.itemized.3)
and Dashboard exports of balance, payouts and disputes as merchants publish them.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, TextIO

from accounts.money import exponent, to_major
from ingestion.sandbox.company import Company
from ingestion.sandbox.moments import moment_of
from ingestion.sandbox.timeline import JSON

Row = dict[str, str]

BALANCE_HISTORY: Final = (
    "id", "Type", "Source", "Amount", "Fee", "Destination Platform Fee", "Destination Platform Fee Currency", "Net",
    "Currency", "Created (UTC)", "Available On (UTC)", "Description", "Customer Facing Amount",
    "Customer Facing Currency", "Transfer", "Transfer Date (UTC)", "Transfer Group",
)  # fmt: skip
ITEMIZED_ACTIVITY: Final = (
    "balance_transaction_id", "created_utc", "created", "available_on_utc", "available_on", "currency", "gross", "fee",
    "net", "reporting_category", "source_id", "description", "customer_facing_amount", "customer_facing_currency",
    "automatic_payout_id", "automatic_payout_effective_at_utc", "automatic_payout_effective_at", "customer_id",
    "customer_email", "customer_name", "charge_id", "payment_intent_id", "charge_created_utc", "payment_method_type",
    "card_brand", "card_funding", "card_country", "dispute_reason",
)  # fmt: skip
ITEMIZED_PAYOUTS: Final = (
    "payout_id", "effective_at_utc", "effective_at", "currency", "gross", "fee", "net", "reporting_category",
    "balance_transaction_id", "description", "payout_expected_arrival_date", "payout_status", "payout_reversed_at_utc",
    "payout_reversed_at", "payout_type", "payout_description", "payout_destination_id",
)  # fmt: skip
PAYOUTS: Final = (
    "id", "Amount", "Created (UTC)", "Currency", "Livemode", "Arrival Date (UTC)", "Source Type", "Destination",
    "Status", "Type", "Method", "Description", "Balance Transaction", "Failure Balance Transaction", "Failure Message",
    "Failure Code", "Statement Descriptor", "Trace ID", "Trace ID Status", "Destination Name", "Destination Country",
    "Destination Last 4",
)  # fmt: skip
DISPUTES: Final = (
    "id", "Description", "Dispute Created (UTC)", "Charge Created (UTC)", "Dispute Amount", "Dispute Currency",
    "Charge Amount", "Charge Currency", "Charge ID", "Card Fingerprint", "Card Brand", "Card Funding", "Customer Email",
    "Customer ID", "Reason", "Status", "Due By (UTC)", "Past Due", "Has Evidence", "Submission Count",
    "Is Charge Refundable", "Amount Refunded", "Win Likelihood", "Is Visa Rapid Dispute Resolution",
    "Visa Compelling Evidence 3 Status", "Visa Compliance Status", "Payment Method Type", "Payment Intent",
)  # fmt: skip
BRANDS: Final = {"visa": "Visa", "mastercard": "MasterCard", "amex": "American Express", "discover": "Discover"}


class _Files:
    """The company's objects, looked up by id."""

    def __init__(self, company: Company) -> None:
        self.objects = {obj["id"]: obj for obj in company.objects()}
        self.payout_of = {
            row: payout for payout, rows in company.books.payout_rows.items() for row in rows if payout in self.objects
        }
        self.zone = company.books.zone

    def newest(self, kind: str) -> list[JSON]:
        return sorted(
            (obj for obj in self.objects.values() if obj["object"] == kind),
            key=lambda obj: (obj["created"], obj["id"]),
            reverse=True,
        )

    def get(self, name: str | None) -> JSON:
        return self.objects.get(name or "", {})

    def charge_of(self, row: JSON) -> JSON:
        source = self.get(row["source"])
        return source if source.get("object") == "charge" else self.get(source.get("charge"))

    def local(self, seconds: int) -> str:
        return f"{moment_of(seconds).astimezone(self.zone):%Y-%m-%d %H:%M:%S}"


def balance_history(company: Company) -> Iterator[Row]:
    """Dashboard › Balance › All activity: every ledger row, newest first, payouts included."""
    files = _Files(company)
    for row in files.newest("balance_transaction"):
        facing = _facing(files, row)
        payout = files.get(files.payout_of.get(row["id"]))
        yield {
            "id": row["id"],
            "Type": row["type"],
            "Source": row["source"] or "",
            "Amount": plain(row["amount"], row["currency"]),
            "Fee": plain(row["fee"], row["currency"]),
            "Net": plain(row["net"], row["currency"]),
            "Currency": row["currency"],
            "Created (UTC)": minute(row["created"]),
            "Available On (UTC)": minute(row["available_on"]),
            "Description": row["description"] or "",
            "Customer Facing Amount": facing[0],
            "Customer Facing Currency": facing[1],
            "Transfer": payout.get("id", ""),
            "Transfer Date (UTC)": minute(payout["arrival_date"]) if payout else "",
        }


def itemized_activity(company: Company) -> Iterator[Row]:
    """Reports › Balance › Itemized balance change from activity: every row but payouts, oldest first."""
    files = _Files(company)
    for row in reversed(files.newest("balance_transaction")):
        if not row["reporting_category"].startswith("payout"):
            yield _activity(files, row)


def _activity(files: _Files, row: JSON) -> Row:
    charge, payout = files.charge_of(row), files.get(files.payout_of.get(row["id"]))
    source = files.get(row["source"])
    facing = _facing(files, row)
    details = charge.get("payment_method_details", {"type": ""})
    card = details.get(details["type"], {}) if details["type"].startswith("card") else {}
    return {
        "balance_transaction_id": row["id"],
        "created_utc": second(row["created"]),
        "created": files.local(row["created"]),
        "available_on_utc": second(row["available_on"]),
        "available_on": files.local(row["available_on"]),
        "currency": row["currency"],
        "gross": plain(row["amount"], row["currency"]),
        "fee": plain(row["fee"], row["currency"]),
        "net": plain(row["net"], row["currency"]),
        "reporting_category": row["reporting_category"],
        "source_id": row["source"] or "",
        "description": row["description"] or "",
        "customer_facing_amount": facing[0],
        "customer_facing_currency": facing[1],
        "automatic_payout_id": payout.get("id", ""),
        "automatic_payout_effective_at_utc": second(payout["arrival_date"]) if payout else "",
        "automatic_payout_effective_at": files.local(payout["arrival_date"]) if payout else "",
        "customer_id": charge.get("customer") or "",
        "customer_email": charge.get("receipt_email") or "",
        "customer_name": charge["billing_details"]["name"] if charge else "",
        "charge_id": charge.get("id", ""),
        "payment_intent_id": charge.get("payment_intent", ""),
        "charge_created_utc": second(charge["created"]) if charge else "",
        "payment_method_type": details["type"],
        "card_brand": BRANDS.get(card.get("brand", ""), ""),
        "card_funding": card.get("funding", ""),
        "card_country": card.get("country", ""),
        "dispute_reason": source["reason"] if source.get("object") == "dispute" else "",
    }


def itemized_payouts(company: Company) -> Iterator[Row]:
    """Reports › Balance › Itemized payouts: the payout and payout reversal rows, oldest first."""
    files = _Files(company)
    for row in reversed(files.newest("balance_transaction")):
        if not row["reporting_category"].startswith("payout"):
            continue
        payout = files.get(row["source"])
        reversed_at = files.get(payout["failure_balance_transaction"]).get("created")
        yield {
            "payout_id": payout["id"],
            "effective_at_utc": second(payout["arrival_date"]),
            "effective_at": files.local(payout["arrival_date"]),
            "currency": row["currency"],
            "gross": plain(row["amount"], row["currency"]),
            "fee": plain(row["fee"], row["currency"]),
            "net": plain(row["net"], row["currency"]),
            "reporting_category": row["reporting_category"],
            "balance_transaction_id": row["id"],
            "description": row["description"] or "",
            "payout_expected_arrival_date": second(payout["arrival_date"]),
            "payout_status": payout["status"],
            "payout_reversed_at_utc": second(reversed_at) if reversed_at else "",
            "payout_reversed_at": files.local(reversed_at) if reversed_at else "",
            "payout_type": payout["type"],
            "payout_description": payout["description"],
            "payout_destination_id": payout["destination"],
        }


def payouts(company: Company) -> Iterator[Row]:
    """Dashboard › Balance › Payouts, newest first."""
    for payout in _Files(company).newest("payout"):
        yield {
            "id": payout["id"],
            "Amount": plain(payout["amount"], payout["currency"]),
            "Created (UTC)": minute(payout["created"]),
            "Currency": payout["currency"],
            "Livemode": flag(payout["livemode"]),
            "Arrival Date (UTC)": minute(payout["arrival_date"]),
            "Source Type": payout["source_type"],
            "Destination": payout["destination"],
            "Status": payout["status"],
            "Type": payout["type"],
            "Method": payout["method"],
            "Description": payout["description"],
            "Balance Transaction": payout["balance_transaction"],
            "Failure Balance Transaction": payout["failure_balance_transaction"] or "",
            "Failure Message": payout["failure_message"] or "",
            "Failure Code": payout["failure_code"] or "",
            "Trace ID": payout["trace_id"]["value"] or "",
            "Trace ID Status": payout["trace_id"]["status"],
            "Destination Name": "SANDBOX BANK",
            "Destination Country": "DE",
            "Destination Last 4": "3000",
        }


def disputes(company: Company) -> Iterator[Row]:
    """Dashboard › Payments › Disputes, newest first."""
    files = _Files(company)
    for dispute in files.newest("dispute"):
        charge, details = files.get(dispute["charge"]), dispute["evidence_details"]
        method = charge["payment_method_details"]
        card = method.get(method["type"], {})
        yield {
            "id": dispute["id"],
            "Description": charge["description"],
            "Dispute Created (UTC)": minute(dispute["created"]),
            "Charge Created (UTC)": minute(charge["created"]),
            "Dispute Amount": plain(dispute["amount"], dispute["currency"]),
            "Dispute Currency": dispute["currency"],
            "Charge Amount": plain(charge["amount"], charge["currency"]),
            "Charge Currency": charge["currency"],
            "Charge ID": charge["id"],
            "Card Fingerprint": card.get("fingerprint", ""),
            "Card Brand": BRANDS.get(card.get("brand", ""), ""),
            "Card Funding": card.get("funding", ""),
            "Customer Email": charge["receipt_email"],
            "Customer ID": charge["customer"] or "",
            "Reason": dispute["reason"],
            "Status": dispute["status"],
            "Due By (UTC)": minute(details["due_by"]) if details["due_by"] else "",
            "Past Due": flag(details["past_due"]),
            "Has Evidence": flag(details["has_evidence"]),
            "Submission Count": str(details["submission_count"]),
            "Is Charge Refundable": flag(dispute["is_charge_refundable"]),
            "Amount Refunded": plain(charge["amount_refunded"], charge["currency"]),
            "Is Visa Rapid Dispute Resolution": flag(
                dispute["payment_method_details"].get("card", {}).get("case_type") == "resolution"
            ),
            "Payment Method Type": method["type"],
            "Payment Intent": dispute["payment_intent"],
        }


EXPORTS: Final[Mapping[str, tuple[tuple[str, ...], Callable[[Company], Iterator[Row]]]]] = {
    "balance_history": (BALANCE_HISTORY, balance_history),
    "itemized_activity": (ITEMIZED_ACTIVITY, itemized_activity),
    "itemized_payouts": (ITEMIZED_PAYOUTS, itemized_payouts),
    "payouts": (PAYOUTS, payouts),
    "disputes": (DISPUTES, disputes),
}


def write_csv(company: Company, kind: str, file: TextIO) -> int:
    """Write one of EXPORTS to an open text file (opened with newline=""); returns the number of rows."""
    columns, rows = EXPORTS[kind]
    return _write(file, columns, rows(company))


def _write(file: TextIO, columns: tuple[str, ...], rows: Iterable[Row]) -> int:
    writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
    writer.writeheader()
    count = 0
    for row in rows:
        writer.writerow(row)
        count += 1
    return count


def plain(minor: int, currency: str) -> str:
    """Major units with the currency's own decimals and a dot, as Stripe's files write them: -12.50, 1200."""
    return f"{to_major(minor, currency):.{exponent(currency)}f}"


def minute(seconds: int) -> str:
    return f"{moment_of(seconds):%Y-%m-%d %H:%M}"


def second(seconds: int) -> str:
    return f"{moment_of(seconds):%Y-%m-%d %H:%M:%S}"


def flag(value: bool) -> str:
    return "true" if value else "false"


def _facing(files: _Files, row: JSON) -> tuple[str, str]:
    """What the customer saw: amount and currency of the charge, refund or dispute behind a row."""
    source = files.get(row["source"])
    if source.get("object") not in ("charge", "refund", "dispute"):
        return "", ""
    sign = -1 if row["amount"] < 0 else 1
    return plain(sign * source["amount"], source["currency"]), source["currency"]
