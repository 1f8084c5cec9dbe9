"""What may be drawn and shown here: rules, flags and reports, and the audit log."""
