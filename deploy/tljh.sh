#!/bin/bash
# Set the course up on a machine with The Littlest JupyterHub; see docs/DEPLOY.md.
#   sudo -E deploy/tljh.sh        from the course's folder, again after each change
set -euo pipefail
cd "$(dirname "$0")/.."

tljh="${TLJH:-/opt/tljh}"            # where The Littlest JupyterHub lives
data="${DATA:-/srv/course-data}"     # one copy of MNIST for all
skeleton="${SKELETON:-/etc/skel}"    # what each new account starts with
python="$tljh/user/bin/python"
config="$tljh/hub/bin/tljh-config"
[ -x "$config" ] || { echo "There is no The Littlest JupyterHub in $tljh."; exit 1; }

# The package, for all users, without the notebooks: those are each student's own.
"$python" -m pip install -c constraints.txt .

# The data: read by all, written by root alone.
install -d -m 755 "$data"
COURSE_DATA="$data" "$python" -m course_lib fetch mnist ||
  echo "MNIST could not be fetched: the lessons use digits until it lies in $data."
chmod -R a+rX "$data"

# The lessons, in the home of each account that is made from now on.
install -d -m 755 "$skeleton/autoencoder-course"
cp -r notebooks "$skeleton/autoencoder-course/"

# Threads and data, as environment variables of each student's server.
install -d -m 755 "$tljh/config/jupyterhub_config.d"
sed "s|/srv/course-data|$data|" deploy/tljh_config.py \
  > "$tljh/config/jupyterhub_config.d/autoencoder_course.py"

# A student who explores sends the server next to nothing and looks idle: give an hour.
"$config" set limits.memory 2G
"$config" set limits.cpu 1
"$config" set services.cull.timeout 3600
"$config" set user_environment.default_app jupyterlab
"$config" reload
cd /  # from here course_lib is the installed one
OMP_NUM_THREADS=1 GOMP_SPINCOUNT=1000 MALLOC_MMAP_THRESHOLD_=2000000 \
  COURSE_DATA="$data" "$python" -m course_lib doctor
