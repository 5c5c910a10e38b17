"""Trading › Cohort: how a record stands among traders alike, without anybody's rows being seen."""
