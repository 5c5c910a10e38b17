"""What a business may use. Everyone asks here, and nobody decides for themselves."""

from billing.entitlements.calc import Entitlements
from billing.entitlements.queries import entitlements
from billing.entitlements.services import NotEntitled, is_entitled, require, require_work

__all__ = ["Entitlements", "NotEntitled", "entitlements", "is_entitled", "require", "require_work"]
