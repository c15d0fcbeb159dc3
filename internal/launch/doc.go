// Package launch is what happens after a scan: what a mini program or a mini
// game receives from a code, and a run of the project's own code with it.
//
// [Run] loads a project's files from a file system, calls App and Page the way
// the platform does, and tells all of it as events. There is no view: nothing is
// drawn, and of the wx object only what needs neither a view, a user nor a
// network works. docs/LAUNCH.md says what does.
//
// The code of a project is hostile input. It sees the files it is given and a
// clock, nothing else. Time and memory are bounded as far as that can be done
// within a process; a caller that needs more, as the program does, runs this in
// a process of its own.
package launch
