"""The SQL of the rollups: one statement a table, for a set of days, whatever the number of facts.

Each reads `spans`: runs of consecutive days of a source, as days and as moments. The facts of a span are read by one
range scan (`offset 0` keeps the planner from joining all facts with all spans, which is quadratic) and grouped by the
business's own day. Only rows that differ are written; rows of days without facts are deleted.
"""

from __future__ import annotations

#: Days to refresh as well: that of a charge whose ledger row or dispute changed, since it may count differently now.
LINKED_DAYS = """
with spans as (
  select * from unnest(%(sources)s::bigint[], %(firsts)s::date[], %(end_days)s::date[], %(starts)s::timestamptz[],
    %(ends)s::timestamptz[]) as s(source_id, first, until, starts, ends)
), linked as (
  select c.source_id, (c.created_at at time zone %(zone)s)::date as day
  from spans s cross join lateral (
    select * from ingestion_balancetransaction f
    where f.business_id = %(business)s and f.source_id = s.source_id
      and f.created_at >= s.starts and f.created_at < s.ends and f.bucket = 'gross' offset 0) b
  join ingestion_charge c
    on c.business_id = %(business)s and c.source_id = b.source_id and c.external_id = b.source_object
  where c.created_at < s.starts or c.created_at >= s.ends
  union
  select p.source_id, (coalesce(c.created_at, p.charge_created_at) at time zone %(zone)s)::date
  from spans s cross join lateral (
    select * from ingestion_dispute f
    where f.business_id = %(business)s and f.source_id = s.source_id
      and f.created_at >= s.starts and f.created_at < s.ends offset 0) p
  left join ingestion_charge c
    on c.business_id = %(business)s and c.source_id = p.source_id and c.external_id = p.charge
)
select source_id, day from linked where day is not null
"""

PAYMENT_DAYS = """
with spans as (
  select * from unnest(%(sources)s::bigint[], %(firsts)s::date[], %(end_days)s::date[], %(starts)s::timestamptz[],
    %(ends)s::timestamptz[]) as s(source_id, first, until, starts, ends)
), ledger as (
  select s.source_id, (b.created_at at time zone %(zone)s)::date as day, b.currency,
    coalesce(sum(b.amount) filter (where b.bucket = 'gross'), 0) as gross,
    coalesce(-sum(b.amount) filter (where b.bucket = 'refund'), 0) as refunds,
    coalesce(-sum(b.amount) filter (where b.bucket = 'dispute'), 0) as disputes,
    sum(b.fee) - coalesce(sum(b.amount) filter (where b.bucket = 'cost'), 0) as cost,
    coalesce(sum(b.amount) filter (where b.bucket = 'financing'), 0) as financing,
    count(*) filter (where b.bucket = 'gross' and b.reporting_category = 'charge' and c.id is null) as charges,
    0::bigint as failed, 0::bigint as chargebacks, 0::bigint as about
  from spans s cross join lateral (
    select * from ingestion_balancetransaction f
    where f.business_id = %(business)s and f.source_id = s.source_id
      and f.created_at >= s.starts and f.created_at < s.ends offset 0) b
  left join ingestion_charge c
    on c.business_id = %(business)s and c.source_id = b.source_id and c.external_id = b.source_object
   and b.bucket = 'gross'
  group by s.source_id, (b.created_at at time zone %(zone)s)::date, b.currency
), booked as (
  select distinct b.source_id, b.source_object
  from ingestion_balancetransaction b
  where b.business_id = %(business)s and b.source_id = any(%(sources)s)
    and b.created_at >= %(booked_from)s and b.created_at < %(booked_until)s and b.bucket = 'gross'
), refunded as (
  select distinct b.source_id, b.source_object
  from ingestion_balancetransaction b
  where b.business_id = %(business)s and b.source_id = any(%(sources)s)
    and b.created_at >= %(booked_from)s and b.created_at < %(booked_until)s and b.bucket = 'refund'
), attempts as (
  select s.source_id, (c.created_at at time zone %(zone)s)::date as day, c.currency,
    coalesce(sum(coalesce(nullif(c.amount_captured, 0), c.amount)) filter (
      where c.status = 'succeeded' and c.captured and b.id is null and k.source_object is null), 0) as gross,
    0::numeric as refunds, 0::numeric as disputes, 0::numeric as cost, 0::numeric as financing,
    count(*) filter (where c.status = 'succeeded' and c.captured) as charges,
    count(*) filter (where c.status = 'failed') as failed, 0::bigint as chargebacks, 0::bigint as about
  from spans s cross join lateral (
    select * from ingestion_charge f
    where f.business_id = %(business)s and f.source_id = s.source_id
      and f.created_at >= s.starts and f.created_at < s.ends offset 0) c
  left join ingestion_balancetransaction b
    on b.business_id = %(business)s and b.source_id = c.source_id and b.external_id = c.balance_transaction
   and c.balance_transaction <> ''
  left join booked k on k.source_id = c.source_id and k.source_object = c.external_id
  group by s.source_id, (c.created_at at time zone %(zone)s)::date, c.currency
), returned as (
  select s.source_id, (r.created_at at time zone %(zone)s)::date as day, r.currency,
    0::numeric, sum(r.amount), 0::numeric, 0::numeric, 0::numeric, 0::bigint, 0::bigint, 0::bigint, 0::bigint
  from spans s cross join lateral (
    select * from ingestion_refund f
    where f.business_id = %(business)s and f.source_id = s.source_id
      and f.created_at >= s.starts and f.created_at < s.ends and f.status = 'succeeded' offset 0) r
  left join ingestion_balancetransaction b
    on b.business_id = %(business)s and b.source_id = r.source_id and b.external_id = r.balance_transaction
  left join refunded k on k.source_id = r.source_id and k.source_object = r.external_id
  where b.id is null and k.source_object is null
  group by s.source_id, (r.created_at at time zone %(zone)s)::date, r.currency
), opened as (
  select s.source_id, (p.created_at at time zone %(zone)s)::date as day, p.currency,
    0::numeric, 0::numeric, 0::numeric, 0::numeric, 0::numeric, 0::bigint, 0::bigint, count(*), 0::bigint
  from spans s cross join lateral (
    select * from ingestion_dispute f
    where f.business_id = %(business)s and f.source_id = s.source_id
      and f.created_at >= s.starts and f.created_at < s.ends and f.is_chargeback offset 0) p
  group by s.source_id, (p.created_at at time zone %(zone)s)::date, p.currency
), about as (
  select p.source_id, p.charge_day, p.currency,
    0::numeric, 0::numeric, 0::numeric, 0::numeric, 0::numeric, 0::bigint, 0::bigint, 0::bigint, count(*)
  from (
    select p.source_id, p.currency,
      (coalesce(c.created_at, p.charge_created_at) at time zone %(zone)s)::date as charge_day
    from ingestion_dispute p
    left join ingestion_charge c
      on c.business_id = %(business)s and c.source_id = p.source_id and c.external_id = p.charge
    where p.business_id = %(business)s and p.source_id = any(%(sources)s) and p.is_chargeback
  ) p
  join spans s on s.source_id = p.source_id and p.charge_day >= s.first and p.charge_day < s.until
  group by p.source_id, p.charge_day, p.currency
), fresh as (
  select source_id, day, currency, sum(gross) as gross, sum(refunds) as refunds, sum(disputes) as disputes,
    sum(cost) as cost, sum(financing) as financing, sum(charges) as charges, sum(failed) as failed,
    sum(chargebacks) as chargebacks, sum(about) as about
  from (
    select * from ledger union all select * from attempts union all select * from returned
    union all select * from opened union all select * from about
  ) parts
  group by source_id, day, currency
), gone as (
  delete from analytics_paymentday p using spans s
  where p.business_id = %(business)s and p.source_id = s.source_id and p.day >= s.first and p.day < s.until
    and not exists (
      select 1 from fresh f where f.source_id = p.source_id and f.day = p.day and f.currency = p.currency)
  returning p.day
), written as (
  insert into analytics_paymentday as p (business_id, source_id, day, currency, gross, refunds, disputes,
  cost,   financing, charges, failed, chargebacks, chargebacks_by_charge_date)
  select %(business)s, source_id, day, currency, gross, refunds, disputes, cost, financing, charges, failed,
    chargebacks, about
  from fresh
  on conflict (business_id, source_id, day, currency) do update set
    gross = excluded.gross, refunds = excluded.refunds, disputes = excluded.disputes, cost = excluded.cost,
    financing = excluded.financing, charges = excluded.charges, failed = excluded.failed,
    chargebacks = excluded.chargebacks, chargebacks_by_charge_date = excluded.chargebacks_by_charge_date
  where (p.gross, p.refunds, p.disputes, p.cost, p.financing, p.charges, p.failed, p.chargebacks,
         p.chargebacks_by_charge_date)
    is distinct from (excluded.gross, excluded.refunds, excluded.disputes, excluded.cost, excluded.financing,
         excluded.charges, excluded.failed, excluded.chargebacks, excluded.chargebacks_by_charge_date)
  returning p.day
)
select count(*), min(day) from (select day from written union all select day from gone) changed
"""

BRAND_DAYS = """
with spans as (
  select * from unnest(%(sources)s::bigint[], %(firsts)s::date[], %(end_days)s::date[], %(starts)s::timestamptz[],
    %(ends)s::timestamptz[]) as s(source_id, first, until, starts, ends)
), sold as (
  select s.source_id, (c.created_at at time zone %(zone)s)::date as day, c.brand,
    count(*) as charges, count(*) filter (where not c.card_present) as
  charges_cnp,   0::bigint as chargebacks, 0::bigint as disputes, 0::bigint as fraud_warnings
  from spans s cross join lateral (
    select * from ingestion_charge f
    where f.business_id = %(business)s and f.source_id = s.source_id
      and f.created_at >= s.starts and f.created_at < s.ends and f.status = 'succeeded' and f.captured offset 0) c
  where c.brand <> ''
  group by s.source_id, (c.created_at at time zone %(zone)s)::date, c.brand
), disputed as (
  select s.source_id, (p.created_at at time zone %(zone)s)::date as day,
    coalesce(nullif(p.brand, ''), c.brand) as brand,
    0::bigint, 0::bigint,
    count(*) filter (where p.is_chargeback), count(*), 0::bigint
  from spans s cross join lateral (
    select * from ingestion_dispute f
    where f.business_id = %(business)s and f.source_id = s.source_id
      and f.created_at >= s.starts and f.created_at < s.ends offset 0) p
  left join ingestion_charge c
    on c.business_id = %(business)s and c.source_id = p.source_id and c.external_id = p.charge
  where coalesce(nullif(p.brand, ''), c.brand, '') <> ''
  group by s.source_id, (p.created_at at time zone %(zone)s)::date, coalesce(nullif(p.brand, ''), c.brand)
), warned as (
  select s.source_id, (w.created_at at time zone %(zone)s)::date as day, c.brand,
    0::bigint, 0::bigint, 0::bigint, 0::bigint, count(*)
  from spans s cross join lateral (
    select * from ingestion_fraudwarning f
    where f.business_id = %(business)s and f.source_id = s.source_id
      and f.created_at >= s.starts and f.created_at < s.ends offset 0) w
  join ingestion_charge c
    on c.business_id = %(business)s and c.source_id = w.source_id and c.external_id = w.charge
  where c.brand <> ''
  group by s.source_id, (w.created_at at time zone %(zone)s)::date, c.brand
), fresh as (
  select source_id, day, brand, sum(charges) as charges, sum(charges_cnp) as charges_cnp,
    sum(chargebacks) as chargebacks, sum(disputes) as disputes, sum(fraud_warnings) as fraud_warnings
  from (select * from sold union all select * from disputed union all select * from warned) parts
  group by source_id, day, brand
), gone as (
  delete from analytics_paymentbrandday p using spans s
  where p.business_id = %(business)s and p.source_id = s.source_id and p.day >= s.first and p.day < s.until
    and not exists (select 1 from fresh f where f.source_id = p.source_id and f.day = p.day and f.brand =
    p.brand)
  returning p.day
), written as (
  insert into analytics_paymentbrandday as p
    (business_id, source_id, day, brand, charges, charges_cnp, chargebacks, disputes, fraud_warnings)
  select %(business)s, source_id, day, brand, charges, charges_cnp, chargebacks, disputes, fraud_warnings from
  fresh on conflict (business_id, source_id, day, brand) do update set
    charges = excluded.charges, charges_cnp = excluded.charges_cnp, chargebacks = excluded.chargebacks,
    disputes = excluded.disputes, fraud_warnings = excluded.fraud_warnings
  where (p.charges, p.charges_cnp, p.chargebacks, p.disputes, p.fraud_warnings)
    is distinct from (excluded.charges, excluded.charges_cnp, excluded.chargebacks, excluded.disputes,
      excluded.fraud_warnings)
  returning p.day
)
select count(*), min(day) from (select day from written union all select day from gone) changed
"""
