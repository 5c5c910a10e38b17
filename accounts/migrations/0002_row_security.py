"""Row security for everything on the ground floor that belongs to a business.

A person sees their own memberships, and through them the businesses, before a business is chosen; an API key and an
invitation are found by the hash of what the caller presents.
"""

from django.db import migrations

from accounts.tenancy import RowSecurity

USER = "(select nullif(current_setting('app.user_id', true), '')::uuid)"
CREDENTIAL = "(select nullif(current_setting('app.credential', true), ''))"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_people_and_businesses")]
    operations = [
        RowSecurity("Member", also=f"user_id = {USER}"),
        RowSecurity(
            "Business", column="id", also=f"id in (select business_id from accounts_member where user_id = {USER})"
        ),
        RowSecurity("Invitation", also=f"token_hash = {CREDENTIAL}"),
        RowSecurity("ApiKey", also=f"key_hash = {CREDENTIAL}"),
        RowSecurity("Event", anyone_may_insert=True),
        RowSecurity("Job"),
        RowSecurity("InboxDelivery"),
    ]
