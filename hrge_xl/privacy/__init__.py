"""What may leave the house: restricted questions, and small counts of people with all that gives them away."""
