"""Common clients against a real Gleaner: what they saw, and what was stored."""
