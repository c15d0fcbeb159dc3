package batch

import (
	"context"
	"errors"
)

// Run carries out a job. It returns a [*SpecError], one of the errors of this
// package, or what the source, the sink or the registry failed with; whenever
// Report.Done is false and the state folder is there, the job can be resumed.
// A context that is done ends it soon, with the context's error and a last
// checkpoint.
func Run(ctx context.Context, job Job) (Report, error) {
	return Report{}, errors.ErrUnsupported
}
