// Package devtools edits the compile conditions of the DevTools: the list of
// ways to start a project, in its project.private.config.json. A condition that
// launches a page with the scene of a code stands for scanning it.
//
// [File] changes such a file in place: beside the entry nothing moves, whatever
// the file is like: comments, order, indentation, line ends, a byte order mark,
// trailing commas. It works on bytes; reading and writing files is the caller's.
package devtools
