"""What `fingerprints.py` looks at; nothing here relies on how zerosum is built inside."""
