"""What is missing, and for whom; and first, what is strong."""
