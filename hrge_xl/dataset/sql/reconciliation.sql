-- Items received by period: what they are, and what became of them. A copy of a content is doubled. What could not be
-- read is of no period, and so is a return of another round.
SELECT
    row_number() OVER (ORDER BY s.period_here) AS n, s.period_here AS period, count(*) AS received,
    sum(CASE WHEN s.verdict = 'accepted' THEN 1 ELSE 0 END) AS accepted,
    sum(CASE WHEN s.verdict = 'returned' THEN 1 ELSE 0 END) AS returned,
    sum(CASE WHEN s.verdict = 'refused' THEN 1 ELSE 0 END) AS refused,
    {statuses}
FROM files_fact AS f
JOIN (
    SELECT s.*, CASE WHEN {stray} THEN '' ELSE s.period END AS period_here
    FROM submissions AS s
) AS s ON s.submission_id = f.submission_id
GROUP BY s.period_here
