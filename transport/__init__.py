"""What can be reached: the walking network, times over it, and who lies within them."""
