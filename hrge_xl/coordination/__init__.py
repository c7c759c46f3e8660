"""What the week of a coordinator is made of: issue, consolidate, write to teams; and a round played for show."""
