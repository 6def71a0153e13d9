"""The instructor's kit: write a lesson, lint it, grade what students hand in."""
