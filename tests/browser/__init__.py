"""Tests in a browser, which share one and a studio; see `conftest`."""
