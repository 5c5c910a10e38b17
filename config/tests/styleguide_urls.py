"""The style page and the public pages, as development mounts them."""

from django.urls import path

from config import urls
from config.styleguide import styleguide

urlpatterns = [path("styleguide/", styleguide), *urls.urlpatterns]
