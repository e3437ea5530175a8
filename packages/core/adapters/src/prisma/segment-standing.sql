-- $1 text segment: whether the index knows it, and the buffer's life that the index knows.
SELECT EXISTS (SELECT FROM segment WHERE id = $1::uuid) AS recorded,
       (SELECT value FROM installation_fact WHERE name = 'buffer.generation') AS generation
