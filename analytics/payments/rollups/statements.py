"""The SQL of the rollups: one statement a table, for a set of days, whatever the number of facts.

Each reads `days`, a list of (source, day, first moment, last moment exclusive), and writes only rows that
differ. Both end with rows of days that no longer have facts being deleted.
"""

from __future__ import annotations

#: Days whose facts are refreshed together with those of %(days)s: the day of a charge whose ledger row or
# dispute
#: changed, because that charge may now count differently.
LINKED_DAYS = """
with dirty as (
  select * from unnest(%(sources)s::bigint[], %(days)s::date[], %(starts)s::timestamptz[],
  %(ends)s::timestamptz[])   as d(source_id, day, starts, ends)
), linked as (
  select c.source_id, (c.created_at at time zone %(zone)s)::date as day
  from dirty d
  join ingestion_balancetransaction b
    on b.business_id = %(business)s and b.source_id = d.source_id
   and b.created_at >= d.starts and b.created_at < d.ends and b.bucket = 'gross'
  join ingestion_charge c
    on c.business_id = %(business)s and c.source_id = b.source_id and c.external_id = b.source_object
  where c.created_at < d.starts or c.created_at >= d.ends
  union
  select p.source_id, (coalesce(c.created_at, p.charge_created_at) at time zone %(zone)s)::date
  from dirty d
  join ingestion_dispute p
    on p.business_id = %(business)s and p.source_id = d.source_id
   and p.created_at >= d.starts and p.created_at < d.ends
  left join ingestion_charge c
    on c.business_id = %(business)s and c.source_id = p.source_id and c.external_id = p.charge
)
select source_id, day from linked where day is not null
except select source_id, day from dirty
"""

PAYMENT_DAYS = """
with dirty as (
  select * from unnest(%(sources)s::bigint[], %(days)s::date[], %(starts)s::timestamptz[], %(ends)s::timestamptz[])
    as d(source_id, day, starts, ends)
), ledger as (
  select d.source_id, d.day, b.currency,
    coalesce(sum(b.amount) filter (where b.bucket = 'gross'), 0) as gross,
    coalesce(-sum(b.amount) filter (where b.bucket = 'refund'), 0) as refunds,
    coalesce(-sum(b.amount) filter (where b.bucket = 'dispute'), 0) as disputes,
    sum(b.fee) - coalesce(sum(b.amount) filter (where b.bucket = 'cost'), 0) as cost,
    coalesce(sum(b.amount) filter (where b.bucket = 'financing'), 0) as financing,
    count(*) filter (where b.bucket = 'gross' and b.reporting_category = 'charge' and c.id is null) as
    charges, 0::bigint as failed, 0::bigint as chargebacks, 0::bigint as about
  from dirty d
  join ingestion_balancetransaction b
    on b.business_id = %(business)s and b.source_id = d.source_id
   and b.created_at >= d.starts and b.created_at < d.ends
  left join ingestion_charge c
    on c.business_id = %(business)s and c.source_id = b.source_id and c.external_id = b.source_object
   and b.bucket = 'gross'
  group by d.source_id, d.day, b.currency
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
  select d.source_id, d.day, c.currency,
    coalesce(sum(coalesce(nullif(c.amount_captured, 0), c.amount)) filter (
      where c.status = 'succeeded' and c.captured and b.id is null and k.source_object is null), 0) as gross,
    0::numeric as refunds, 0::numeric as disputes, 0::numeric as cost, 0::numeric as financing,
    count(*) filter (where c.status = 'succeeded' and c.captured) as charges,
    count(*) filter (where c.status = 'failed') as failed, 0::bigint as chargebacks, 0::bigint as about
  from dirty d
  join ingestion_charge c
    on c.business_id = %(business)s and c.source_id = d.source_id
   and c.created_at >= d.starts and c.created_at < d.ends
  left join ingestion_balancetransaction b
    on b.business_id = %(business)s and b.source_id = c.source_id and b.external_id = c.balance_transaction
   and c.balance_transaction <> ''
  left join booked k on k.source_id = c.source_id and k.source_object = c.external_id
  group by d.source_id, d.day, c.currency
), returned as (
  select d.source_id, d.day, r.currency,
    0::numeric, sum(r.amount), 0::numeric, 0::numeric, 0::numeric, 0::bigint, 0::bigint, 0::bigint, 0::bigint
  from dirty d
  join ingestion_refund r
    on r.business_id = %(business)s and r.source_id = d.source_id
   and r.created_at >= d.starts and r.created_at < d.ends and r.status = 'succeeded'
  left join ingestion_balancetransaction b
    on b.business_id = %(business)s and b.source_id = r.source_id and b.external_id = r.balance_transaction
  left join refunded k on k.source_id = r.source_id and k.source_object = r.external_id
  where b.id is null and k.source_object is null
  group by d.source_id, d.day, r.currency
), opened as (
  select d.source_id, d.day, p.currency,
    0::numeric, 0::numeric, 0::numeric, 0::numeric, 0::numeric, 0::bigint, 0::bigint, count(*), 0::bigint
  from dirty d
  join ingestion_dispute p
    on p.business_id = %(business)s and p.source_id = d.source_id
   and p.created_at >= d.starts and p.created_at < d.ends and p.is_chargeback
  group by d.source_id, d.day, p.currency
), about as (
  select d.source_id, d.day, p.currency,
    0::numeric, 0::numeric, 0::numeric, 0::numeric, 0::numeric, 0::bigint, 0::bigint, 0::bigint, count(*)
  from ingestion_dispute p
  left join ingestion_charge c
    on c.business_id = %(business)s and c.source_id = p.source_id and c.external_id = p.charge
  join dirty d
    on d.source_id = p.source_id
   and d.day = (coalesce(c.created_at, p.charge_created_at) at time zone %(zone)s)::date
  where p.business_id = %(business)s and p.is_chargeback
  group by d.source_id, d.day, p.currency
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
  delete from analytics_paymentday p using dirty d
  where p.business_id = %(business)s and p.source_id = d.source_id and p.day = d.day
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
with dirty as (
  select * from unnest(%(sources)s::bigint[], %(days)s::date[], %(starts)s::timestamptz[], %(ends)s::timestamptz[])
    as d(source_id, day, starts, ends)
), sold as (
  select d.source_id, d.day, c.brand, count(*) as charges, count(*) filter (where not c.card_present) as
  charges_cnp,   0::bigint as chargebacks, 0::bigint as disputes, 0::bigint as fraud_warnings
  from dirty d
  join ingestion_charge c
    on c.business_id = %(business)s and c.source_id = d.source_id
   and c.created_at >= d.starts and c.created_at < d.ends and c.status = 'succeeded' and c.captured
  where c.brand <> ''
  group by d.source_id, d.day, c.brand
), disputed as (
  select d.source_id, d.day, coalesce(nullif(p.brand, ''), c.brand) as brand, 0::bigint, 0::bigint,
    count(*) filter (where p.is_chargeback), count(*), 0::bigint
  from dirty d
  join ingestion_dispute p
    on p.business_id = %(business)s and p.source_id = d.source_id
   and p.created_at >= d.starts and p.created_at < d.ends
  left join ingestion_charge c
    on c.business_id = %(business)s and c.source_id = p.source_id and c.external_id = p.charge
  where coalesce(nullif(p.brand, ''), c.brand, '') <> ''
  group by d.source_id, d.day, coalesce(nullif(p.brand, ''), c.brand)
), warned as (
  select d.source_id, d.day, c.brand, 0::bigint, 0::bigint, 0::bigint, 0::bigint, count(*)
  from dirty d
  join ingestion_fraudwarning w
    on w.business_id = %(business)s and w.source_id = d.source_id
   and w.created_at >= d.starts and w.created_at < d.ends
  join ingestion_charge c
    on c.business_id = %(business)s and c.source_id = w.source_id and c.external_id = w.charge
  where c.brand <> ''
  group by d.source_id, d.day, c.brand
), fresh as (
  select source_id, day, brand, sum(charges) as charges, sum(charges_cnp) as charges_cnp,
    sum(chargebacks) as chargebacks, sum(disputes) as disputes, sum(fraud_warnings) as fraud_warnings
  from (select * from sold union all select * from disputed union all select * from warned) parts
  group by source_id, day, brand
), gone as (
  delete from analytics_paymentbrandday p using dirty d
  where p.business_id = %(business)s and p.source_id = d.source_id and p.day = d.day
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
