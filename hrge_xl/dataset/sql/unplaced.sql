-- Text and comments found outside every known cell.
SELECT s.submission, f.n, s.team, f.what, f.sheet, f.cell, f.text, s.current, s.sha256 AS file_sha256
FROM unplaced_fact AS f
JOIN submissions AS s ON s.submission_id = f.submission_id
