configure-helper.sh: made up.
