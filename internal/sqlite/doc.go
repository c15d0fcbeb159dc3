// Package sqlite keeps the registry of package issue in one SQLite file,
// suncode.db in the data folder.
//
// Everything is written in transactions that are on the disk before they are
// reported (WAL, synchronous=FULL). Apps, pages, paths, versions and sealing
// keys are append-only, which triggers in the schema hold even against other
// programs. The one table that is not the registry's is that of a [Journal],
// whose rows nobody follows.
//
// A [Store] keeps the whole registry in memory and reads the file only for
// what changed: each writing transaction takes the next change number and
// leaves it on the rows it writes. After its own commits a Store reads the
// rows above the number that it knows; for those of other processes it looks,
// four times a second, at SQLite's own data version of the file, which costs
// no read when nothing happened. So any number of programs may share a folder
// on one machine: a token that one of them gave is good at once with all, and
// one that it stopped is refused by the others a quarter of a second later.
// The package is not for network file systems, where SQLite's locks and
// its WAL do not hold.
package sqlite
