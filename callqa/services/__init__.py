"""What callqa does, in terms of ports: take in, inspect, summarise, score again. Flows and commands only call these."""
