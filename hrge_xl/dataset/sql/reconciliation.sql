-- Items received by period: what they are, and what became of them. A copy of a content is doubled.
SELECT
    row_number() OVER (ORDER BY s.period) AS n, s.period, count(*) AS received,
    sum(CASE WHEN s.verdict = 'accepted' THEN 1 ELSE 0 END) AS accepted,
    sum(CASE WHEN s.verdict = 'returned' THEN 1 ELSE 0 END) AS returned,
    sum(CASE WHEN s.verdict = 'refused' THEN 1 ELSE 0 END) AS refused,
    sum(CASE WHEN f.n = 1 AND s.status = 'counts' THEN 1 ELSE 0 END) AS counted,
    sum(CASE WHEN f.n = 1 AND s.status = 'superseded' THEN 1 ELSE 0 END) AS superseded,
    sum(CASE WHEN f.n = 1 AND s.status = 'waiting' THEN 1 ELSE 0 END) AS waiting,
    sum(CASE WHEN f.n > 1 AND s.verdict <> 'refused' THEN 1 ELSE 0 END) AS doubled,
    sum(CASE WHEN f.n = 1 AND s.status = 'conflict' THEN 1 ELSE 0 END) AS conflict,
    sum(CASE WHEN f.n = 1 AND s.status = 'excluded' THEN 1 ELSE 0 END) AS excluded,
    sum(CASE WHEN f.n = 1 AND s.status = 'withdrawn' THEN 1 ELSE 0 END) AS withdrawn
FROM files_fact AS f
JOIN submissions AS s ON s.submission_id = f.submission_id
GROUP BY s.period
