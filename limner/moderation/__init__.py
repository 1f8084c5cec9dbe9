"""What may be drawn here: rules; flags, reports and the audit log come with *People and pictures*."""
