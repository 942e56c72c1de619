"""How long the pages take to make, how large they are, and how fast keys answer."""
