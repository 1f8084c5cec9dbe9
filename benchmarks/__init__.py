"""One file a claim: each prints a table with the bar beside the measure."""
