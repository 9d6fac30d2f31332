module listzip

go 1.19
