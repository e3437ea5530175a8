-- The minutes of all the installation stood twice. What the spans lack of the older ones goes over to them.
INSERT INTO "kpi_span" ("resolution_ms", "scope", "kind", "start", "span")
SELECT "resolution_ms", '', 'all', "start", jsonb_build_object(
    'scope', '{}'::jsonb,
    'startEpochMs', "point" -> 'startEpochMs',
    'resolutionMs', "point" -> 'resolutionMs',
    'counts', jsonb_build_object(
        'tap.ingested', "point" -> 'ingested',
        'tap.archived', "point" -> 'archived',
        'tap.duplicate', "point" -> 'duplicates',
        'tap.rejected', (SELECT coalesce(sum("value"::bigint), 0) FROM jsonb_each_text("point" -> 'rejects')),
        'segment.archived', "point" -> 'segments',
        'archive.bytes', "point" -> 'archiveBytes'),
    'times', jsonb_build_object('tap.to_archive_ms', "point" -> 'tapToArchiveMs'),
    'levels', jsonb_build_object(
        'backlog.taps', "point" -> 'backlog',
        'backlog.oldest_ms', coalesce(nullif("point" -> 'oldestAgeMs', 'null'::jsonb), '0'::jsonb)))
FROM "kpi_rollup"
WHERE "resolution_ms" = 60000
ON CONFLICT DO NOTHING;

-- DropTable
DROP TABLE "kpi_rollup";
