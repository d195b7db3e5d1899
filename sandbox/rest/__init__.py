"""REST of the portal: /rest/<method> and incoming webhooks."""
