# Runs as root inside the new file system, after its packages were installed: the learner's user, and a tidy tree.
# /.cks-tracer gets what the tracer image adds to the base; strace itself is not left in the base.
set -eu
id app >/dev/null 2>&1 || useradd -m -u 1000 -s /bin/bash app
mkdir -p /opt/app /.cks-tracer
cp --parents -a $(dpkg -L strace libunwind8 | grep -E '^(/usr)?/(bin/strace$|lib/.*\.so)') /.cks-tracer/
cp --parents -L /usr/bin/strace /.cks-tracer/
dpkg --purge strace libunwind8 >/dev/null
rm -rf /var/cache/apt/* /var/lib/apt/lists/* /var/cache/debconf/*-old /var/lib/dpkg/*-old /var/log/bootstrap.log /var/log/alternatives.log \
  /var/log/apt/*.log /usr/share/doc/* /usr/share/man/* /usr/share/locale/* /usr/share/info/* /tmp/* /root/.bash_history /debootstrap
printf 'installed base\n' >/var/log/dpkg.log
find / -xdev -name __pycache__ -type d -prune -exec rm -rf {} +
