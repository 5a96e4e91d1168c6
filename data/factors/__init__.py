"""Editions of the factor library: a folder per edition, never changed once published."""
