"""The dataset: a star of facts with its views, its store, the ledger, and what counts of everything that came back."""
