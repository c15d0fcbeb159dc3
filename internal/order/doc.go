// Package order is pre-generation as a service: what a server does with a batch that an app asks it for. An [Order] is
// such a batch with its settings, its state and its folder; the [Desk] takes orders, carries them out and hands out what
// they made.
//
// An order's folder lies under the server's data folder and holds, one after the other, the uploaded source, the state
// of the running batch, and the archive with its manifest and its report of bad rows. What is waiting and who works on
// it is the [Queue]'s, which lasts as the registry does: an order that a killed server left behind goes on from its last
// checkpoint when the next server starts.
//
// docs/API.md describes it from outside. The package knows no HTTP and no database: internal/batchapi and
// internal/queue do, and meet here.
package order
