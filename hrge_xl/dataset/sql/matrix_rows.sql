-- Pairs of steps of one row, wherever the spec crosses these two fields. The order of the tables is kept by SQLite.
SELECT
    s.submission, s.team, s.country, s.period, one.slot AS n, p.tool, p.row_code, pairs.matrix_row_field,
    pairs.matrix_column_field, m.matrix_row, m.matrix_column, m.level, h.sheet, coalesce(one.cell, p.cell) AS cell,
    s.current, s.sha256 AS file_sha256
FROM submissions AS s
CROSS JOIN ({pairs}) AS pairs
CROSS JOIN slots AS p
CROSS JOIN answers_fact AS one
CROSS JOIN slots AS q
CROSS JOIN answers_fact AS other
CROSS JOIN matrix_levels AS m
CROSS JOIN sheets AS h
WHERE p.tool = pairs.tool AND p.field = pairs.matrix_row_field
    AND one.submission_id = s.submission_id AND one.slot = p.slot
    AND q.tool = pairs.tool AND q.row_code = p.row_code AND q.field = pairs.matrix_column_field
    AND other.submission_id = s.submission_id AND other.slot = q.slot
    AND m.matrix_row_number = one.number AND m.matrix_column_number = other.number
    AND h.submission_id = s.submission_id AND h.tool = p.tool
