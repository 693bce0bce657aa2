"""Pictures to look at: images, animations, pages."""
