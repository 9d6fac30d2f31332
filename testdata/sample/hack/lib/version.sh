version.sh: made up.
