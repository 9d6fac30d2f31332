health-monitor.sh: made up.
