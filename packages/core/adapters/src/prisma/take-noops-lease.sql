-- Takes or keeps a lease; its number grows whenever another holder takes it. The clock is the database's.
-- $1 text: whose lease  $2 text: holder  $3 bigint: for how long, ms
-- Returns one row where it is the holder's: its number; none where another one has it.
INSERT INTO noops_lease AS lease (owner, holder, fence, until)
VALUES ($1, $2, 1, clock_timestamp() + $3::bigint * interval '1 millisecond')
ON CONFLICT (owner) DO UPDATE SET
  holder = EXCLUDED.holder,
  fence = lease.fence + CASE WHEN lease.holder = EXCLUDED.holder THEN 0 ELSE 1 END,
  until = EXCLUDED.until
WHERE lease.holder = EXCLUDED.holder OR lease.until < clock_timestamp()
RETURNING fence
