-- How far each sheet of each return is; without the sheets on which nothing is asked.
SELECT
    s.submission, s.team, s.country, s.period, h.n, h.tool, h.sheet, h.required, h.answered, h.errors, h.warnings,
    s.current, s.sha256 AS file_sha256
FROM sheets AS h
JOIN submissions AS s ON s.submission_id = h.submission_id
WHERE h.required IS NOT NULL
