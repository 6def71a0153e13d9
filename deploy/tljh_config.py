"""For The Littlest JupyterHub: goes to /opt/tljh/config/jupyterhub_config.d/."""

c = get_config()  # noqa: F821 - JupyterHub puts it there
# A class shares the cores: with torch's own number of threads all would be slower.
c.Spawner.environment = {"OMP_NUM_THREADS": "1", "COURSE_DATA": "/srv/course-data"}
