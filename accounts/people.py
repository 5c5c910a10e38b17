"""People who come by the API: sign-up, proof of the e-mail address, log-in with a second factor; and their profile.

Pages leave all of this to allauth. The API has no browser session to keep a flow in, so it says the same things through
allauth's own parts: its password check, its mails, its record of verified addresses, its authenticators.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth import authenticate, password_validation
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.errors import InvalidInput, NotAllowed, NotSignedIn
from accounts.events import record
from accounts.models import EmailCode, User
from accounts.ratelimit import Limit, consume

CODE_LIFETIME = timedelta(minutes=15)
GUESSES = Limit.read("10/5m")
MAILS = Limit.read("5/15m")
WRONG = "E-mail or password is wrong."


def sign_up(*, email: str, password: str, name: str, now: datetime) -> None:
    """Make an account that waits for its code, and mail the code.

    Whoever has an account already gets a mail that says so; the caller sees no difference.
    Errors: InvalidInput for an address, name or password that cannot be used.
    """
    address, person = _address(email), User(email=_address(email), name=name.strip())
    if not person.name or len(person.name) > 120:
        raise InvalidInput("Give your name, in at most 120 characters.", field="name")
    _check_password(password, person)
    consume("code_mail", address, MAILS)
    person.set_password(password)  # hashed in either case, so that both take the same time
    if not _insert(person):
        get_adapter().send_account_already_exists_mail(address)
        return
    record("accounts.user.signed_up", actor=person, subject=person)
    send_code(person, now=now)


def send_code(person: User, *, now: datetime) -> None:
    """Mail a new code for the person's address; an earlier one stops working."""
    code = get_adapter().generate_email_verification_code()
    EmailCode.objects.update_or_create(
        user=person, defaults={"code_hash": _code_hash(person, code), "expires_at": now + CODE_LIFETIME}
    )
    get_adapter().send_mail("account/email/email_confirmation_signup", person.email, {"user": person, "code": code})


def verify_email(*, email: str, code: str, now: datetime) -> User:
    """Take a mailed code as proof of the address. Errors: NotSignedIn for any that does not work, TooMany."""
    address = email.strip().lower()
    consume("code_guess", address, GUESSES)
    found = EmailCode.objects.select_related("user").filter(user__email=address, expires_at__gt=now).first()
    if found is None or not constant_time_compare(found.code_hash, _code_hash(found.user, code)):
        raise NotSignedIn("This code does not work (any more).", code="wrong_code")
    person = found.user
    found.delete()
    mark_email_verified(person)
    return person


def mark_email_verified(person: User) -> None:
    """Note that the person's address is theirs, with an event when that is news."""
    address, _ = EmailAddress.objects.get_or_create(user=person, email=person.email, defaults={"primary": True})
    if not address.verified:
        address.verified = address.primary = True
        address.save(update_fields=["verified", "primary"])
        record("accounts.user.email_verified", actor=person, subject=person)


def log_in(request: HttpRequest, *, email: str, password: str, totp: str, now: datetime) -> User:
    """The person these credentials belong to.

    Errors: NotSignedIn with `wrong_credentials` for an unknown address and a wrong password alike, with `totp_required`
    or `wrong_totp` where a second factor is missing or wrong; NotAllowed with `email_not_verified`; TooMany.
    """
    address = email.strip().lower()
    consume("login_of", address, GUESSES)
    person = authenticate(request, email=address, password=password)
    if not isinstance(person, User):
        raise NotSignedIn(WRONG, code="wrong_credentials")
    if not EmailAddress.objects.filter(user=person, email__iexact=address, verified=True).exists():
        raise NotAllowed(
            "This address is not verified yet. Send its code to /auth/verify; /auth/code mails a new one.",
            code="email_not_verified",
        )
    _check_second_factor(person, totp)
    record("accounts.user.signed_in", actor=person, subject=person)
    return person


def mail_code_again(*, email: str, now: datetime) -> None:
    """Mail a new code to an address that waits for one; silent about every other address."""
    address = email.strip().lower()
    consume("code_mail", address, MAILS)
    waiting = EmailAddress.objects.select_related("user").filter(email=address, verified=False, user__is_active=True)
    if (found := waiting.first()) is not None and found.user.email == address:
        send_code(found.user, now=now)


def update_profile(person: User, **changes: Any) -> User:
    """Write name, picture or theme where they differ. Errors: InvalidInput."""
    name, picture = changes.get("name"), changes.get("avatar_url")
    if name is not None and not 0 < len(name.strip()) <= 120:
        raise InvalidInput("Give your name, in at most 120 characters.", field="name")
    if picture:
        _check_picture(picture)
    changed = sorted(field for field, value in changes.items() if value is not None and getattr(person, field) != value)
    for field in changed:
        setattr(person, field, changes[field])
    if changed:
        person.save(update_fields=changed)
        record("accounts.user.updated", actor=person, subject=person, fields=",".join(changed))
    return person


def _insert(person: User) -> bool:
    try:
        with transaction.atomic():
            person.save(force_insert=True)
            EmailAddress.objects.create(user=person, email=person.email, primary=True, verified=False)
    except IntegrityError:
        return False
    return True


def _check_second_factor(person: User, code: str) -> None:
    factors = Authenticator.objects.filter(user=person)
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)
    usable = [factor for factor in factors if factor.type in kinds]
    if not any(factor.type == Authenticator.Type.TOTP for factor in usable):
        return
    if not code:
        raise NotSignedIn("Send the code of your authenticator as totp, too.", code="totp_required")
    for factor in usable:
        if factor.wrap().validate_code(code):
            factor.record_usage()
            return
    raise NotSignedIn("This code of the authenticator is wrong.", code="wrong_totp")


def _address(email: str) -> str:
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise InvalidInput("This is no e-mail address.", field="email") from None
    return address


def _check_password(password: str, person: User) -> None:
    try:
        password_validation.validate_password(password, person)
    except ValidationError as error:
        raise InvalidInput(" ".join(error.messages), field="password") from None


def _check_picture(url: str) -> None:
    try:
        URLValidator(schemes=["https"])(url)
    except ValidationError:
        raise InvalidInput("The address of a picture starts with https://.", field="avatar_url") from None


def _code_hash(person: User, code: str) -> str:
    """Keyed, because a code is short: whoever reads the table cannot try them all."""
    plain = "".join(sign for sign in code if sign.isalnum()).lower()
    return salted_hmac("accounts.email_code", f"{person.pk}:{plain}", algorithm="sha256").hexdigest()
