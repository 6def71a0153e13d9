"""The instructor's kit: write a lesson, lint it, publish it, grade answers."""
