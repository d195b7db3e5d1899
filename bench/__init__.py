"""What `make bench` runs: each promise about speed beside what it is compared with."""
