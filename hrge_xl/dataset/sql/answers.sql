-- Each answer with its cell, its sheet as the file calls it, and the label of its code.
SELECT
    s.submission, s.team, s.country, s.period, f.slot AS n, p.tool, p.row_code AS "row", p.field, p.part,
    f.code, f.text, f.number, f.date, h.sheet,
    -- as the file has it where it has moved, else as the spec has it
    coalesce(f.cell, p.cell) AS cell,
    -- what people saw: kept only where it is not what the value shows, or its label
    nullif(coalesce(
        f.original, c.label, f.text,
        -- not every number has a whole one
        CASE
            WHEN abs(f.number) >= 1e15 THEN NULL
            WHEN f.number = CAST(f.number AS BIGINT) THEN CAST(CAST(f.number AS BIGINT) AS TEXT)
        END,
        CAST(f.number AS TEXT), CAST(f.date AS TEXT)
    ), '') AS original,
    coalesce(f.state, 'answered') AS state, f.problem, p.calculated, s.current, s.sha256 AS file_sha256
FROM answers_fact AS f
JOIN submissions AS s ON s.submission_id = f.submission_id
JOIN slots AS p ON p.slot = f.slot
JOIN sheets AS h ON h.submission_id = f.submission_id AND h.tool = p.tool
LEFT JOIN codes AS c ON c.list = p.list AND c.code = f.code
