package conformance

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestEventSource follows a batch with the EventSource of a browser, which connects again by itself, until it is over
// and the browser has understood that.
func TestEventSource(t *testing.T) {
	s := start(t)
	p := openTab(t, s, "en", "")
	token := s.token(t)
	p.do(chromedp.Evaluate(fmt.Sprintf(`
		window.seen = [];
		fetch('/suncode/v1/batches?width=280&access_token=%[1]s', {method: 'POST', headers: {'Content-Type': 'text/csv'}, body: 'scene\nn=1\nn=2\n'})
			.then((answer) => answer.json())
			.then((batch) => {
				window.source = new EventSource('/suncode/v1/batches/' + batch.id + '/events?access_token=%[1]s');
				for (const name of ['progress', 'end']) {
					source.addEventListener(name, (e) => seen.push([name, JSON.parse(e.data)]));
				}
			});
		true`, token), nil))
	p.wait(`seen.length > 0 && seen.at(-1)[0] === 'end'`)
	p.wait(`seen.at(-1)[1].state === 'done' && seen.at(-1)[1].good === 2`)
	p.wait(`source.readyState === EventSource.CLOSED`)
	p.wait(`seen.filter((e) => e[0] === 'end').length === 1`)
}
