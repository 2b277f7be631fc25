"""Bad inputs: hand-made families and seeded mutations, and what Gleaner must make of each."""
