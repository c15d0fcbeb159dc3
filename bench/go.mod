module github.com/suncode/suncode/bench

go 1.26.0

require (
	github.com/boombuler/barcode v1.1.0
	github.com/suncode/suncode v0.0.0
)

require golang.org/x/image v0.47.0 // indirect

replace github.com/suncode/suncode => ../
