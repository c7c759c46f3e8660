-- One row per row of some sheets, one column per question, the label beside each code. Rows that only hold calculated
-- values are left out.
SELECT
    s.submission, s.team, s.country, s.period, found.n, found.tool, found.row_code, r.refers_to,
    {columns},
    h.sheet, coalesce(f.cell, p.cell) AS cell, s.current, s.sha256 AS file_sha256
FROM (
    SELECT
        placed.submission_id, placed.tool, placed.row_code, min(placed.typed) AS n,
        {values}
    FROM placed_answers AS placed
    LEFT JOIN codes ON codes.list = placed.list AND codes.code = placed.entry
    WHERE placed.tool IN ({tools}) {fields}
    GROUP BY placed.submission_id, placed.tool, placed.row_code
) AS found
JOIN submissions AS s ON s.submission_id = found.submission_id
JOIN slots AS p ON p.slot = found.n
JOIN answers_fact AS f ON f.submission_id = found.submission_id AND f.slot = found.n
JOIN sheets AS h ON h.submission_id = found.submission_id AND h.tool = found.tool
LEFT JOIN row_references AS r
    ON r.submission_id = found.submission_id AND r.tool = found.tool AND r.row_code = found.row_code
