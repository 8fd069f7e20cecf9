"""What the offices delivered, as they delivered it: tables, versions, and the engine."""
