// Package batch is pre-generation: scenes in, code files and a manifest out.
//
// [Run] carries out a [Job]. It reads rows from a source (CSV, TSV, JSON lines,
// plain lines, a pattern, random ids), has the [Issuer] make each code on all
// processors, and gives the files to a [Sink] (a folder, a ZIP or tar archive,
// an object store). A row that cannot be made is reported and never stops the
// others. Memory does not grow with the number of rows.
//
// What a run has done is kept in a state folder: the manifest so far, and a
// checkpoint that is replaced in one step every few seconds, once all before it
// is safe on disk. A run that was killed goes on from there: the sink goes back
// to the checkpoint, the rows before it are passed over, the rows after it are
// made anew, byte for byte the same.
//
// docs/BATCH.md describes sources, names, manifest and limits. The package
// knows no HTTP, no database and no command line.
package batch
