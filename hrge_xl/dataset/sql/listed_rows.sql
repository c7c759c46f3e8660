-- The cells that the rows of the lists have in each column, and the day of each. The order of the tables is kept by
-- SQLite, which would go through every cell of the spec and, for each, through all files.
SELECT
    s.submission, s.team, s.country, s.period, k.item * 1000 + c.position AS n, k.list, k.item, k.tool, k.row_code,
    c.column_code,
    coalesce(
        f.code,
        CASE
            WHEN abs(f.number) >= 1e15 THEN NULL
            WHEN f.number = CAST(f.number AS BIGINT) THEN CAST(CAST(f.number AS BIGINT) AS TEXT)
        END,
        CAST(f.number AS TEXT), CAST(f.date AS TEXT), f.text
    ) AS value,
    due.date AS due, h.sheet, coalesce(f.cell, p.cell) AS cell, s.current, s.sha256 AS file_sha256
FROM submissions AS s
CROSS JOIN listed_fact AS k
CROSS JOIN list_columns AS c
CROSS JOIN slots AS p
CROSS JOIN answers_fact AS f
CROSS JOIN sheets AS h
LEFT JOIN slots AS due_slot
    ON due_slot.tool = k.tool AND due_slot.row_code = k.row_code AND due_slot.field = c.due_field
    AND due_slot.part <= 1
LEFT JOIN answers_fact AS due ON due.submission_id = k.submission_id AND due.slot = due_slot.slot
WHERE k.submission_id = s.submission_id
    AND c.list = k.list AND c.block = k.block AND c.source = k.source
    AND p.tool = k.tool AND p.row_code = k.row_code AND p.field = c.field AND p.part <= 1
    AND f.submission_id = k.submission_id AND f.slot = p.slot
    AND h.submission_id = k.submission_id AND h.tool = k.tool
    AND (f.code IS NOT NULL OR f.number IS NOT NULL OR f.date IS NOT NULL OR f.text IS NOT NULL)
