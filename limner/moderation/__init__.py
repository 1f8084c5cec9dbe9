"""Rules, flags, reports and the audit log: an empty room until *People and pictures* furnishes it."""
