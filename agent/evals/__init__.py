"""Questions with known answers: which tools have to be used, which figures have to come out, and what must not."""
