"""Every address of the house."""

from importlib.util import find_spec

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from accounts import health
from accounts.views import files
from config.api import api
from config.styleguide import styleguide

#: Each app's own addresses; the app decides its prefixes below these.
APPS = ("accounts", "billing", "ingestion", "analytics", "recommendations", "agent")

urlpatterns = [
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
    path("metrics", health.metrics, name="metrics"),
    path("files/<str:token>/", include(([path("", files.download, name="download")], "files"))),
    path(settings.ADMIN_PATH, admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("", include("agent.oauth.urls")),
    path("api/v1/", api.urls),
    *([path("styleguide/", styleguide, name="styleguide")] if settings.DEBUG else []),
    *(path("", include(f"{app}.urls")) for app in APPS if find_spec(f"{app}.urls")),
]

handler400 = "accounts.views.errors.bad_request"
handler403 = "accounts.views.errors.forbidden"
handler404 = "accounts.views.errors.not_found"
handler500 = "accounts.views.errors.server_error"
