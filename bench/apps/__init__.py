"""What is measured, each as the process that its users run."""
