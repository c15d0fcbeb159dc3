package conformance

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

func nodeClients() []client {
	return []client{
		{name: "co-wechat-api", lacks: "check_path env_version", renews: true, run: runNode("co-wechat-api")},
		{name: "node-easywechat", run: runNode("node-easywechat")},
		{name: "node-easywechat stable", stable: true, run: runNode("node-easywechat-stable")},
	}
}

func runNode(name string) func(*testing.T, session) []outcome {
	return func(t *testing.T, s session) []outcome {
		t.Helper()
		var outcomes []outcome
		node(t, "run.js", struct {
			Client string `json:"client"`
			session
		}{name, s}, &outcomes)
		return outcomes
	}
}

// needNode is the path of Node; it also looks whether the clients are there.
func needNode(t *testing.T) string {
	t.Helper()
	if _, err := os.Stat(filepath.Join(home, "node_modules", ".package-lock.json")); err != nil {
		lacking(t, "the Node clients are not installed: make conformance installs them")
	}
	exe, err := exec.LookPath("node")
	if err != nil {
		lacking(t, "needs Node: %v", err)
	}
	return exe
}

// node runs a script of the folder node with question as JSON on its standard
// input, and decodes the JSON that it prints. env is added to its environment;
// its working directory is empty.
func node(t *testing.T, script string, question, answer any, env ...string) {
	t.Helper()
	exe := needNode(t)
	input, err := json.Marshal(question)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe, filepath.Join(home, "node", script))
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdin = bytes.NewReader(input)
	var printed bytes.Buffer
	cmd.Stderr = &printed
	out, err := cmd.Output()
	if err == nil {
		err = json.Unmarshal(out, answer)
	}
	if err != nil {
		t.Fatalf("node %s: %v\n%s%s", script, err, out, printed.Bytes())
	}
}
