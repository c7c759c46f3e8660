-- Each answer with its question. By sheets: a database then looks up the cells that a sheet has, and reads no return
-- from end to end.
SELECT
    f.submission_id, f.slot, p.tool, p.row_code, p.field, p.part, p.list,
    coalesce(f.code, CASE
        WHEN abs(f.number) >= 1e15 THEN NULL
        WHEN f.number = CAST(f.number AS BIGINT) THEN CAST(CAST(f.number AS BIGINT) AS TEXT)
    END) AS entry,
    coalesce(f.code, f.text) AS value, f.number, f.date,
    CASE
        WHEN NOT p.calculated AND (
            f.code IS NOT NULL OR f.text IS NOT NULL OR f.number IS NOT NULL OR f.date IS NOT NULL
            OR f.state = 'masked' -- in a copy to share: something stands there
        ) THEN f.slot
    END AS typed
FROM sheets AS h
JOIN slots AS p ON p.tool = h.tool
JOIN answers_fact AS f ON f.submission_id = h.submission_id AND f.slot = p.slot
