"""Addresses of people and businesses."""

from django.urls import URLPattern, URLResolver, include, path

from accounts.views import home, keys, members, profile, public, settings

own_business = [
    path("", home.switch, name="switch"),
    path("settings/", settings.settings_page, name="settings"),
    path("settings/events/", settings.events_page, name="events"),
    path("settings/members/", members.members_page, name="members"),
    path("settings/members/invite/", members.invite, name="invite"),
    path("settings/members/leave/", members.leave, name="leave"),
    path("settings/members/<int:member>/role/", members.change_role, name="member_role"),
    path("settings/members/<int:member>/remove/", members.remove, name="member_remove"),
    path("settings/invitations/<int:invitation>/revoke/", members.revoke_invitation, name="invitation_revoke"),
    path("settings/keys/", keys.keys_page, name="keys"),
    path("settings/keys/<int:key>/revoke/", keys.revoke, name="key_revoke"),
]

people: list[URLPattern | URLResolver] = [
    path("home/", home.home, name="start"),
    path("theme/", public.theme, name="theme"),
    path("profile/", profile.profile, name="profile"),
    path("onboarding/business/", home.business_new, name="business_new"),
    path("invitations/<str:token>/", members.invitation, name="invitation"),
    path("b/<slug:business>/", include(own_business)),
]

urlpatterns = [
    path("", public.landing, name="landing"),
    path("home/", home.home, name="home"),
    path("", include((people, "accounts"))),
]
