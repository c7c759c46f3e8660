-- Every period of which a team was expected or something came that could be read; what states none is of none, and so is
-- a return of another round.
SELECT
    period, min(period_start) AS first_day, max(period_end) AS last_day, min(issued) AS issued,
    sum(expected) AS expected, sum(received) AS submissions, sum(counting) AS counting
FROM (
    SELECT
        period, NULL AS period_start, NULL AS period_end, NULL AS issued, 1 AS expected, 0 AS received, 0 AS counting
    FROM expected_teams
    UNION ALL
    SELECT period, period_start, period_end, issued, 0, 1, CASE WHEN current THEN 1 ELSE 0 END
    FROM submissions AS s
    WHERE verdict <> 'refused' AND NOT ({stray})
) AS known
WHERE period <> ''
GROUP BY period
