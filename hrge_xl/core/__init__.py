"""What every part has in common: errors, words, numerals, days, files written whole, progress. It imports no part."""
