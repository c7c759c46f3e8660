"""What a coordinator does with a round: issue workbooks, consolidate, decide, refresh week by week, and write to teams.

In go a spec or the folder of a round, and a day. Out come files: workbooks with their guide, the dataset with what lies
beside it, reports, and drafts of mails that are never sent. The demonstration plays all of it.
"""
