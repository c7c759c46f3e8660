-- Items received by period: what they are, and what became of them. A copy of a content is doubled.
SELECT
    row_number() OVER (ORDER BY s.period) AS n, s.period, count(*) AS received,
    sum(CASE WHEN s.verdict = 'accepted' THEN 1 ELSE 0 END) AS accepted,
    sum(CASE WHEN s.verdict = 'returned' THEN 1 ELSE 0 END) AS returned,
    sum(CASE WHEN s.verdict = 'refused' THEN 1 ELSE 0 END) AS refused,
    {statuses}
FROM files_fact AS f
JOIN submissions AS s ON s.submission_id = f.submission_id
GROUP BY s.period
