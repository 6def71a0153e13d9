"""The companion package of the course: data, models, losses, training and checks."""
