"""The consent page: which program, which business, what it may read."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from allauth.idp.oidc.forms import AuthorizationForm
from allauth.idp.oidc.models import Client, Token
from allauth.idp.oidc.views import AuthorizationView
from django import forms
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from accounts.errors import NotYours
from accounts.events import record
from accounts.models import Business, Member, User
from accounts.tenancy import bind
from agent.models import McpConsent


class ConsentForm(AuthorizationForm):
    """allauth's form and the business that is meant. Never the first one by chance: with several, one is chosen."""

    business = forms.ChoiceField(label="Business", help_text="The program reads this one, and no other.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        user = kwargs["user"]
        super().__init__(*args, **kwargs)
        choices = [(str(member.business_id), member.business.name) for member in memberships(user)]
        several = [("", "Choose a business"), *choices]
        field = self.fields["business"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices if len(choices) == 1 else several
        self.fields["scopes"].widget = forms.MultipleHiddenInput()
        self.order_fields(["business"])


class ConsentView(AuthorizationView):
    """Grants a code only after the choice of a business was written down."""

    form_class = ConsentForm
    template_name = "idp/oidc/authorization_form.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().get(request, *args, **kwargs)
        # The answer to the form leads to the program, which the page's policy would not let a form do.
        target = urlsplit(request.GET.get("redirect_uri", ""))
        if isinstance(response, TemplateResponse) and target.netloc:
            response._csp_update = {"form-action": [f"{target.scheme}://{target.netloc}"]}  # type: ignore[attr-defined]
        return response

    def form_valid(self, form: Any) -> HttpResponse:
        user, now = self.request.user, self.request.now
        client = Client.objects.get(pk=self._request_info["client_id"])
        grant(user, client, business_id=form.cleaned_data["business"], now=now)
        return super().form_valid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_context_data(**kwargs)
        return found | {"has_business": bool(memberships(self.request.user))}


authorize = ConsentView.as_view()


def memberships(user: User) -> list[Member]:
    """Where the person may use the agent, by name."""
    found = Member.objects.select_related("business").filter(user_id=user.pk).order_by("business__name")
    return [member for member in found if member.may("use:agent") and member.may("read:analytics")]


def grant(user: User, client: Client, *, business_id: str, now: datetime) -> McpConsent:
    """Write the consent, in place of an earlier one of this person for this program.

    Errors: NotYours for a business where the person may not use the agent.
    """
    member = next((found for found in memberships(user) if str(found.business_id) == business_id), None)
    if member is None:
        raise NotYours("There is nothing here for you.")
    for earlier in McpConsent.objects.filter(user=user, client_id=client.pk).select_related("business"):
        bind(business=earlier.business)  # each row may be written only in its own business
        earlier.delete()
    bind(business=member.business)
    consent = McpConsent.objects.create(
        business=member.business, user=user, client_id=client.pk, client_name=client.name[:100], granted_at=now
    )
    record("agent.mcp.consented", business=member.business, actor=user, subject=consent)
    return consent


def consents_of(business: Business) -> list[McpConsent]:
    """The programs that members let in, the newest first. One query."""
    return list(McpConsent.objects.of(business).select_related("user").order_by("-granted_at"))


def withdraw(business: Business, *, consent_id: int, actor: User) -> None:
    """End a program's access at once, with all its tokens. Errors: NotYours when there is no such consent."""
    consent = McpConsent.objects.of(business).filter(pk=consent_id).first()
    if consent is None:
        raise NotYours("There is no such program.")
    Token.objects.filter(client_id=consent.client_id, user_id=consent.user_id).delete()
    record("agent.mcp.withdrawn", business=business, actor=actor, subject=consent)
    consent.delete()
