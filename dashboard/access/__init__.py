"""Who may do what, and for which office; and the record of who did."""
