"""How ready the organisation is: each plan against each department, one score, what to do next."""
