"""The exercises, one a file and named after it: kl-divergence, kl_divergence.py."""
