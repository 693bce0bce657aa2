"""Images to look at: images, animations, pages."""
