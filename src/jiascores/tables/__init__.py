"""Tables of visits: columns, units, baselines, and the measures over them."""
