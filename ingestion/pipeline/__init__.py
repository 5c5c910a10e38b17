"""From payloads to facts: map, stage, merge."""
