"""Departments, tasks and roles: how seventeen departments work one case."""
