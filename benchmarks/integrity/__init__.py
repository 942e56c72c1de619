"""How often the integrity report raises a flag on clean simulated recordings."""
