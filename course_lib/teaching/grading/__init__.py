"""Grade what students hand in: run each answer apart, and judge it."""
