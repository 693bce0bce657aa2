"""What tests share; the tests themselves are in the folders of what they test."""
