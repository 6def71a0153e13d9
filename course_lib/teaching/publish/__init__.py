"""Publish the course: its site, a class's release, its handouts."""
