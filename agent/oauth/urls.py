"""The provider's addresses; consent is ours, the rest allauth's."""

from allauth.idp.oidc.views import configuration
from django.urls import include, path

from agent.oauth.consent import authorize

urlpatterns = [
    path("identity/o/authorize", authorize, name="oauth-authorize"),
    # The name that OAuth clients look for first; the same document.
    path(".well-known/oauth-authorization-server", configuration, name="oauth-metadata"),
    path("", include("allauth.idp.urls")),
]
