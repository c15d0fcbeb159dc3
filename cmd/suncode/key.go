package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/suncode/suncode/internal/sqlite"
)

func newKey() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "key",
		GroupID: "make",
		Short:   "Manage the keys that seal codes",
		Long: `Every code carries a seal under one of the registry's keys. A server that runs on
the same folder follows every change within a second.`,
		Args: cobra.ArbitraryArgs,
		RunE: group,
	}
	cmd.AddCommand(newKeyRotate())
	return cmd
}

func newKeyRotate() *cobra.Command {
	var o appOptions
	cmd := &cobra.Command{
		Use:   "rotate",
		Short: "Seal codes with a new key from now on; older codes stay good",
		Long: `Makes a new sealing key for the codes from now on and prints its number. Keys are
kept for ever: codes under older ones stay good.

With --json: {"key":2}`,
		Example: "  suncode key rotate",
		Args:    args(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.with(cmd.Context(), existing, func(store *sqlite.Store) error {
				number, err := store.RotateKey(cmd.Context())
				if err != nil {
					return err
				}
				if o.asJSON {
					return printJSON(cmd.OutOrStdout(), map[string]uint64{"key": number})
				}
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "codes are sealed with key %d from now on\n", number)
				return err
			})
		},
	}
	o.define(cmd)
	return cmd
}
