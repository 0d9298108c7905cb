"""Who the consumers are: offices, accounts, phone numbers, imports."""
