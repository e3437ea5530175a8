-- Gives entries that wait their places in the log, in the order in which they were recorded: by a function with its owner's
-- rights (prisma/migrations/20261129001200_services_role), since the services may not take an entry out of the queue.
-- $1 bigint: size of the log so far  $2 int: how many at most
-- Returns: one row; the leaf hashes of the new leaves in order, one behind the other, or null where nothing waited.
SELECT sequence_entries($1::bigint, $2::int) AS hashes
