package wxapi

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// rid names one call, for the caller in the text of an error and for the operator in the log.
type rid struct {
	second uint32
	random uint64
}

// newRID makes the rid of a call that began at now. The random part only has to differ from call to call.
func newRID(now time.Time) rid {
	return rid{second: uint32(now.Unix()), random: rand.Uint64()}
}

// String is the rid as the platform writes it: the Unix time and two random words, eight hex digits each.
func (r rid) String() string {
	return fmt.Sprintf("%08x-%08x-%08x", r.second, uint32(r.random>>32), uint32(r.random))
}
