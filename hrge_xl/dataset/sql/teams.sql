-- Every team that was expected or sent something that could be read, by period; but for returns of another round.
SELECT
    period, team, coalesce(max(expected_country), max(stated_country)) AS country, sum(expected) > 0 AS expected,
    max(due) AS due,
    CASE
        WHEN sum(conflicts) > 0 THEN 'conflict'
        WHEN sum(counting) = 0 AND sum(blank) > 0 THEN 'blank'
        WHEN sum(counting) = 0 THEN 'missing'
        WHEN sum(returned) > 0 THEN 'returned'
        ELSE 'accepted'
    END AS outcome,
    min(arrived) AS arrived, sum(received) AS submissions, sum(counting) AS counting, sum(required) AS required,
    sum(answered) AS answered, sum(errors) AS errors
FROM (
    SELECT
        period, team, country AS expected_country, NULL AS stated_country, 1 AS expected, due, 0 AS received,
        0 AS counting, 0 AS returned, 0 AS conflicts, 0 AS blank, NULL AS arrived, 0 AS required, 0 AS answered, 0 AS errors
    FROM expected_teams
    UNION ALL
    SELECT
        period, team, NULL, nullif(country, ''), 0, NULL, 1, CASE WHEN current THEN 1 ELSE 0 END,
        CASE WHEN current AND verdict = 'returned' THEN 1 ELSE 0 END,
        CASE WHEN status = 'conflict' THEN 1 ELSE 0 END, CASE WHEN status = 'blank' THEN 1 ELSE 0 END,
        CASE WHEN status NOT IN ('excluded', 'withdrawn', 'blank') THEN arrived END,
        CASE WHEN current THEN required ELSE 0 END, CASE WHEN current THEN answered ELSE 0 END,
        CASE WHEN current THEN (
            SELECT count(*) FROM findings_fact AS f
            WHERE f.submission_id = s.submission_id AND f.severity = 'error' AND NOT f.waived
                AND f.code NOT LIKE 'X%' -- what stands between several returns is not an error of one
        ) ELSE 0 END
    FROM submissions AS s
    WHERE verdict <> 'refused' AND team <> '' AND NOT ({stray})
) AS known
GROUP BY period, team
