"""The sweeps over what is due: each selects rows by their column, acts once, and moves the column on."""
