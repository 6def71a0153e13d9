"""For The Littlest JupyterHub: goes to /opt/tljh/config/jupyterhub_config.d/."""

c = get_config()  # noqa: F821 - JupyterHub puts it there
# A class shares the cores: one thread a kernel is best there. Who takes more needs
# threads that do not spin while they wait, or kernels starve each other.
c.Spawner.environment = {
    "OMP_NUM_THREADS": "1",
    "GOMP_SPINCOUNT": "1000",
    "MALLOC_MMAP_THRESHOLD_": "2000000",  # large tensors' memory goes back at once
    "COURSE_DATA": "/srv/course-data",
}
