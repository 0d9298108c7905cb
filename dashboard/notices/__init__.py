"""What is said, to whom, by whose leave: templates, audiences, drafts, approval, report."""
