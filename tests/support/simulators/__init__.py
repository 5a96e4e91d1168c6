"""Simulators of payment providers on 127.0.0.1: they sign with keys of their own, and what they show says so."""
