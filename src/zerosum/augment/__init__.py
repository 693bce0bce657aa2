"""What is done to images while training; gradients go through it."""
