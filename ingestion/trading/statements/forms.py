"""What a member types, picks and uploads here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms

from ingestion.models import TradingAccount
from ingestion.trading.reading.formats.guesses import FIELDS

LONGEST_PASTE = 2_000_000
FROM_FILE = "Taken from the file"
ACCEPT = ".csv,.txt,.htm,.html,.xlsx,.xml,text/csv,text/html,application/zip"


def _account_field(accounts: Iterable[TradingAccount]) -> forms.ChoiceField:
    choices = [("", FROM_FILE), *((str(one.source_id), one.source.label) for one in accounts)]
    return forms.ChoiceField(label="Account", choices=choices, required=False)


class StatementForm(forms.Form):
    """A file as the broker exported it."""

    file = forms.FileField(
        label="Statement",
        allow_empty_file=True,
        help_text="CSV, HTML, XLSX or XML, up to 25 MB and 200,000 rows. The same file twice changes nothing.",
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPT}),
    )

    def __init__(self, *args: Any, accounts: Iterable[TradingAccount] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["account"] = _account_field(accounts)


class PasteForm(forms.Form):
    """Rows copied from a platform or a sheet, with the line of column names above them."""

    text = forms.CharField(
        label="Trades",
        max_length=LONGEST_PASTE,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "autocomplete": "off"}),
        help_text="With the line of column names. Nothing is written before you have seen what would change.",
    )

    def __init__(self, *args: Any, accounts: Iterable[TradingAccount] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["account"] = _account_field(accounts)


class QuestionsForm(forms.Form):
    """One field for each open question of a statement; a field is named by its place, its key may be any text."""

    def __init__(self, questions: Sequence[Mapping[str, Any]], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._keys: dict[str, str] = {}
        for number, question in enumerate(questions):
            name = f"answer-{number}"
            self._keys[name] = str(question["key"])
            self.fields[name] = _question_field(question)

    @property
    def answers(self) -> dict[str, str]:
        """Question key → answer; after `is_valid`."""
        return {key: str(self.cleaned_data[name]) for name, key in self._keys.items()}


def _question_field(question: Mapping[str, Any]) -> forms.Field:
    choices = [(str(value), str(label)) for value, label in question["choices"]]
    given: dict[str, Any] = {
        "label": question["text"],
        "help_text": question.get("because", ""),
        "initial": question.get("suggested") or None,
    }
    if not choices:
        return forms.CharField(max_length=200, **given)
    if len(choices) <= 4:
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **given)
    return forms.ChoiceField(choices=[("", "Choose …"), *choices], **given)


class MappingForm(forms.Form):
    """What each column of an unknown header is."""

    rows = forms.ChoiceField(
        label="One row is",
        choices=(("trade", "one closed trade, with its result"), ("execution", "one fill: a buy or a sell")),
        widget=forms.RadioSelect,
        initial="trade",
    )

    def __init__(self, header: Sequence[str], guesses: Mapping[str, str], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        names = list(dict.fromkeys(column.strip() for column in header if column.strip()))
        self._columns = {f"column-{number}": name for number, name in enumerate(names)}
        fields = [("", "Not used"), *_field_choices()]
        for key, name in self._columns.items():
            self.fields[key] = forms.ChoiceField(
                label=name, choices=fields, required=False, initial=guesses.get(name, "")
            )

    @property
    def columns(self) -> dict[str, str]:
        """Column → field; after `is_valid`."""
        return {name: str(self.cleaned_data[key]) for key, name in self._columns.items()}


def _field_choices() -> list[tuple[str, str]]:
    return [(guess.field, guess.label) for key, guess in FIELDS.items() if key == guess.field]


class AccountForm(forms.ModelForm):
    """How an account's statements are read, and its owner's limits."""

    label = forms.CharField(max_length=120)

    class Meta:
        model = TradingAccount
        fields = (
            "label", "currency", "mode", "zone", "session_zone", "session_roll", "starting_balance", "daily_loss_limit",
        )  # fmt: skip
        labels = {
            "zone": "Clock of its statements",
            "session_zone": "Session's zone",
            "session_roll": "A new session begins at",
            "daily_loss_limit": "Daily loss limit",
        }
        help_texts = {
            "zone": "For times without a zone, such as Europe/Athens or +02:00. Its statements are read again.",
            "mode": "Hedging: each position stands for itself. Netting: one position an instrument.",
            "starting_balance": "Before the first statement. Without it nothing is said in percent.",
        }

    def clean_zone(self) -> str:
        return _zone(self.cleaned_data["zone"])

    def clean_session_zone(self) -> str:
        return _zone(self.cleaned_data["session_zone"])

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).lower()


def _zone(text: str) -> str:
    from ingestion.trading.reading.zones import is_zone

    text = text.strip()
    if text and not is_zone(text):
        raise forms.ValidationError("This is no zone. Try Europe/Athens, America/New_York or +02:00.")
    return text
