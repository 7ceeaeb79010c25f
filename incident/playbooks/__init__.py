"""The emergency plans: their files, their faults and their versions."""
