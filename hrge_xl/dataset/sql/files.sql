-- Every item received: the same content under several names has several lines.
SELECT s.submission, f.n, f.path, f.received, f.stated
FROM files_fact AS f
JOIN submissions AS s ON s.submission_id = f.submission_id
