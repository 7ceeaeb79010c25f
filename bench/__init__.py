"""Benchmarks: real servers, real HTTP, figures with their machine; `make bench` runs them all."""
