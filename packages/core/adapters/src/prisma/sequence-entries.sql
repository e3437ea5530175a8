-- Gives entries that wait their places in the log, in the order in which they were recorded: by a function with its owner's
-- rights (prisma/migrations/20261129001905_owner_sequences), since the services may write neither queue nor leaves nor nodes.
-- $1 int: how many at most
-- Returns: one row; how many got places, and the size of the log now.
SELECT placed, size FROM sequence_entries($1::int)
