// Package queue keeps orders in the registry's database and has them worked on, with River as the queue. An order is a
// job of River's: the request is its arguments, the app its tag, the figures its output.
//
// Any number of processes may have a [Queue] on one data folder: all of them take, list and cancel orders, and the one
// that holds the folder's lock works on them. The lock goes with its process, however that ends; the next holder then
// knows that nobody works on the jobs that are marked as running, and puts them back at once.
//
// River has no way to be told of a new job by SQLite, so it looks for one every half second.
package queue
