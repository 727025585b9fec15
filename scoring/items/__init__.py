"""Items that a lead adds in YAML alone: phrases, sequences, timings, and combinations of them."""
