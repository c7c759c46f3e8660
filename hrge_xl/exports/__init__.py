"""A dataset as files: data.xlsx, CSV with its description, Parquet, or one table by itself."""
