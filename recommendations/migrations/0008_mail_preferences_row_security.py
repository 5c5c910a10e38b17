"""Row security for preferences and what was told; members who had switched the daily mail off stay without it."""

from django.db import migrations

from accounts.tenancy import RowSecurity

#: Whoever has a preference already has chosen since; so it may run again before the column is dropped.
FOLD = """
insert into recommendations_mailpreference
  (business_id, member_id, advice, tells_source, tells_job, tells_trading, tells_coach, time_zone, changed_at)
select business_id, id, 'never', true, true, true, true, '', now() from accounts_member where not wants_digest
on conflict (member_id) do nothing
"""
UNFOLD = """
update accounts_member set wants_digest = false
where id in (select member_id from recommendations_mailpreference where advice = 'never')
"""


class Migration(migrations.Migration):
    dependencies = [("recommendations", "0007_mail_preferences")]
    run_before = [("accounts", "0006_digest_choice_moves_out")]
    operations = [
        RowSecurity("MailPreference"),
        RowSecurity("NotificationTold"),
        migrations.RunSQL(FOLD, UNFOLD),
    ]
