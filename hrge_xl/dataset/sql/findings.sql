-- Every finding with whose return it is about.
SELECT
    s.submission, f.n, s.team, s.country, s.period, f.code, f.name, f.severity, f.tool, f.row_code, f.field, f.label,
    f.sheet, f.cell, f.value, f.message, f.remedy, f.suggestion, f.waived, f.waiver, s.current,
    s.sha256 AS file_sha256
FROM findings_fact AS f
JOIN submissions AS s ON s.submission_id = f.submission_id
