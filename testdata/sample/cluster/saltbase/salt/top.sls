top.sls: made up.
