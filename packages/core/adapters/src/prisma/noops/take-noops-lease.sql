-- Takes or keeps a lease; its number grows whenever another holder takes it. The clock is the database's. The number is at least
-- that of ms since 1970: a database that was restored would count on from where its copy was made, and whoever runs the
-- services, who has seen higher ones, would refuse every act.
-- $1 text: whose lease  $2 text: holder  $3 bigint: for how long, ms
-- Returns one row where it is the holder's: its number; none where another one has it.
INSERT INTO noops_lease AS lease (owner, holder, fence, until)
VALUES ($1, $2, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint, clock_timestamp() + $3::bigint * interval '1 millisecond')
ON CONFLICT (owner) DO UPDATE SET
  holder = EXCLUDED.holder,
  fence = CASE WHEN lease.holder = EXCLUDED.holder THEN lease.fence ELSE GREATEST(lease.fence + 1, EXCLUDED.fence) END,
  until = EXCLUDED.until
WHERE lease.holder = EXCLUDED.holder OR lease.until < clock_timestamp()
RETURNING fence
