kind: init
