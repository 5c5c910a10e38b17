"""The API of this app, as the frame mounts it."""

from billing.activation.api import router as activation
from billing.overview.api import router as overview

ROUTERS = [("", overview), ("/activations", activation)]
