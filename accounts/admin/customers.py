"""The console's people and businesses."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.db.models import Count, Exists, OuterRef
from django.http import HttpRequest
from unfold.admin import TabularInline

from accounts import keys, tokens
from accounts.admin.actions import reasoned_action
from accounts.admin.base import ConsoleAdmin
from accounts.models import ApiKey, Business, Invitation, Member, User


@reasoned_action("Switch off", event="accounts.user.switched_off", superusers_only=True)
def switch_off(user: User, request: HttpRequest, reason: str) -> bool:
    """Nobody can sign in as them any more; what they are signed in with ends at its next use."""
    if user.pk == request.user.pk or not user.is_active:
        return False
    user.is_active = False
    user.save(update_fields=["is_active"])
    tokens.revoke_all_tokens(user, now=request.now)  # type: ignore[attr-defined]
    return True


@reasoned_action("Switch on again", event="accounts.user.switched_on", superusers_only=True)
def switch_on(user: User, request: HttpRequest, reason: str) -> bool:
    if user.is_active:
        return False
    user.is_active = True
    user.save(update_fields=["is_active"])
    return True


@reasoned_action("Take the second factor away", event="accounts.user.second_factor_removed", superusers_only=True)
def remove_second_factor(user: User, request: HttpRequest, reason: str) -> bool:
    """For people who lost their device and their recovery codes, after they proved who they are."""
    return Authenticator.objects.filter(user=user).delete()[0] > 0


@reasoned_action("Revoke", event="accounts.key.revoked_by_staff")
def revoke_key(key: ApiKey, request: HttpRequest, reason: str) -> bool:
    if key.revoked_at is not None:
        return False
    keys.revoke_key(key.business, key_id=key.pk, actor=request.user, now=request.now)  # type: ignore[arg-type, attr-defined]
    return True


class MemberInline(TabularInline):
    model = Member
    fields = ("user", "role", "joined_at")
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Business)
class BusinessAdmin(ConsoleAdmin):
    console_group, console_icon = "Customers", "storefront"
    list_display = ("name", "slug", "currency", "time_zone", "people", "is_demo", "created_at")
    list_filter = ("is_demo", "currency", "industry")
    search_fields = ("name", "slug", "legal_entity", "=id")
    ordering = ("-created_at",)
    inlines = (MemberInline,)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(people=Count("members"))

    @admin.display(description="People", ordering="people")
    def people(self, business: Any) -> int:
        return int(business.people)


@admin.register(Member)
class MemberAdmin(ConsoleAdmin):
    console_group, console_icon = "Customers", "group"
    list_display = ("user", "business", "role", "joined_at")
    list_filter = ("role",)
    search_fields = ("user__email", "business__slug", "business__name")
    list_select_related = ("user", "business")


@admin.register(User)
class UserAdmin(ConsoleAdmin):
    console_group, console_icon = "Customers", "person"
    list_display = ("email", "name", "is_active", "second_factor", "is_staff", "last_login", "date_joined")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "name", "=id")
    ordering = ("-date_joined",)
    exclude = ("password", "groups", "user_permissions")
    actions = (switch_off, switch_on, remove_second_factor)

    def get_queryset(self, request: HttpRequest) -> Any:
        factors = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
        return super().get_queryset(request).annotate(has_factor=Exists(factors))

    @admin.display(description="Second factor", boolean=True)
    def second_factor(self, user: Any) -> bool:
        return bool(user.has_factor)


@admin.register(Invitation)
class InvitationAdmin(ConsoleAdmin):
    console_group, console_icon = "Customers", "mail"
    list_display = ("email", "business", "role", "created_at", "expires_at", "accepted_at", "revoked_at")
    list_filter = ("role",)
    search_fields = ("email", "business__slug")
    list_select_related = ("business",)
    exclude = ("token_hash",)


@admin.register(ApiKey)
class ApiKeyAdmin(ConsoleAdmin):
    console_group, console_icon = "Customers", "key"
    list_display = ("name", "prefix", "business", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at")
    search_fields = ("name", "prefix", "business__slug")
    list_select_related = ("business",)
    exclude = ("key_hash",)
    actions = (revoke_key,)
