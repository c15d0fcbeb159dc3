// Package testkit makes what tests need: pictures of codes as cameras and screens show them. A Scene says what happens
// to a drawing on its way to a picture, an Axis is one such thing by degrees, Clutter is what lies around on desks. It is
// deterministic: what is random takes a seed. Nothing of it ends up in the program.
package testkit
