"""Apps made from the product's own parts, with one thing left out."""
