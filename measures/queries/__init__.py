"""Questions to the register that span more than one model; each is a fixed number of queries."""
