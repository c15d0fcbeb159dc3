module github.com/suncode/suncode

go 1.26
