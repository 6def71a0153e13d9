"""Write a lesson: begin one from a template, and lint it by the house's rules."""
