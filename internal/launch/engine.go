package launch

import (
	_ "embed" // prelude.js
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"runtime"
	"runtime/metrics"
	"slices"
	"time"

	"github.com/dop251/goja"

	"github.com/suncode/suncode/internal/issue"
)

// Options bound a run. The zero value has the defaults.
type Options struct {
	Timeout time.Duration // of the clock on the wall; 10 s
	Horizon time.Duration // timers later than that after the launch do not fire; 10 s
	Memory  uint64        // bytes of live objects; 512 MiB
}

func (o Options) withDefaults() Options {
	if o.Timeout <= 0 {
		o.Timeout = 10 * time.Second
	}
	if o.Horizon <= 0 {
		o.Horizon = 10 * time.Second
	}
	if o.Memory == 0 {
		o.Memory = 512 << 20
	}
	return o
}

const (
	maxTasks  = 100_000  // timers and answers of wx calls that are run
	maxEvents = 10_000   // that are told
	maxTold   = 16 << 20 // bytes of them
	maxStack  = 2000     // calls within calls
	maxText   = 64 << 10 // bytes of an event's text
)

// Errors of [Run], beside those of a project that cannot be loaded.
var (
	ErrTimeout = errors.New("the code did not end in time")
	ErrMemory  = errors.New("the code uses too much memory")
)

//go:embed prelude.js
var prelude string

// Run launches the project whose app.json or game.json lies in fsys, or in the
// miniprogramRoot that its project.config.json names, and tells each event. What
// the code does wrong is an event and no error: errors are [ErrTimeout],
// [ErrMemory], and that the project cannot be loaded.
func Run(fsys fs.FS, l Launch, o Options, tell func(Event)) (State, error) {
	o = o.withDefaults()
	p, err := loadProject(fsys)
	if err != nil {
		return State{}, err
	}
	e := &engine{
		source: p.source, vm: goja.New(), tell: tell, options: o, begin: time.Now(),
		modules: map[string]*goja.Object{}, rejected: map[*goja.Promise]bool{},
	}
	e.vm.SetMaxCallStackSize(maxStack)
	e.vm.SetTimeSource(func() time.Time { return time.Now().Add(e.clock) })
	e.vm.SetPromiseRejectionTracker(e.reject)
	defer e.watch()()
	return e.run(p, l)
}

// Entry is the page that a project opens when none is named. A mini game has
// none.
func Entry(fsys fs.FS) (page string, game bool, err error) {
	p, err := loadProject(fsys)
	return p.Home, p.game, err
}

// project is what a run knows of a project beside its code.
type project struct {
	source *source
	game   bool
	issue.Manifest
	tabs []string
}

// loadProject reads app.json, or finds that it is a mini game.
func loadProject(fsys fs.FS) (project, error) {
	root, err := issue.ProjectRoot(fsys)
	if err != nil {
		return project{}, err
	}
	sub, err := fs.Sub(fsys, root)
	if err != nil {
		return project{}, err
	}
	p := project{source: &source{fsys: sub}, tabs: []string{}}
	if _, err := fs.Stat(sub, "app.json"); errors.Is(err, fs.ErrNotExist) {
		_, err := fs.Stat(sub, "game.json")
		p.game = err == nil
	}
	if p.game {
		return p, nil
	}
	if p.Manifest, err = issue.LoadProject(sub, "app.json"); err != nil {
		return project{}, err
	}
	keys, err := p.source.readApp()
	for _, tab := range keys.TabBar.List {
		p.tabs = append(p.tabs, tab.PagePath)
	}
	return p, err
}

// engine is one run.
type engine struct {
	*source
	vm       *goja.Runtime
	tell     func(Event)
	options  Options
	begin    time.Time
	clock    time.Duration // by which timers have moved the time on
	tasks    []task
	lastTask int
	modules  map[string]*goja.Object
	rejected map[*goja.Promise]bool
	events   int
	told     int  // bytes
	full     bool // enough has been told
	faults   int  // told or not
}

// task is a call that is still to come.
type task struct {
	id     int
	due    time.Duration // of the engine's clock
	repeat time.Duration // 0 for once
	name   string
	call   goja.Callable
}

// watch interrupts a run that takes too long or too much, until it is stopped.
func (e *engine) watch() (stop func()) {
	done := make(chan struct{})
	go func() {
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		for {
			select {
			case <-done:
				return
			case <-tick.C:
			}
			if metrics.Read(sample); sample[0].Value.Uint64() > e.options.Memory {
				runtime.GC() // it counts what nobody needs any more, until it is collected
				metrics.Read(sample)
			}
			switch {
			case sample[0].Value.Uint64() > e.options.Memory:
				e.vm.Interrupt(ErrMemory)
			case time.Since(e.begin) > e.options.Timeout:
				e.vm.Interrupt(ErrTimeout)
			}
		}
	}()
	return func() { close(done) }
}

// run starts the project and works off its tasks.
func (e *engine) run(p project, l Launch) (State, error) {
	if l.Page == "" {
		l.Page = p.Home
	}
	boot, err := e.vm.RunScript(unitPrefix+"prelude", prelude)
	if err != nil {
		return State{}, err
	}
	start, _ := goja.AssertFunction(boot)
	platform, err := start(nil, e.vm.ToValue(map[string]any{
		"emit": e.emit, "attempt": e.attempt, "load": e.load, "post": e.post, "cancel": e.cancel,
		"game": p.game, "pages": e.strings(p.Pages), "tabs": e.strings(p.tabs), "appId": l.AppID, "env": l.Env,
		"path": l.Page, "query": l.Query, "scene": l.Scene,
	}))
	if err != nil {
		return State{}, stopped(err)
	}
	object := platform.ToObject(e.vm)
	launch, _ := goja.AssertFunction(object.Get("launch"))
	e.tasks = append(e.tasks, task{call: launch})
	if err := e.loop(); err != nil {
		return State{}, err
	}
	return e.state(object.Get("state"))
}

func (e *engine) strings(values []string) *goja.Object {
	all := make([]any, len(values))
	for i, value := range values {
		all[i] = value
	}
	return e.vm.NewArray(all...)
}

// loop runs the tasks, the earliest first, until none is left before the
// horizon. The clock jumps from one to the next.
func (e *engine) loop() error {
	for range maxTasks {
		i := e.next()
		if i < 0 {
			return nil
		}
		now := e.tasks[i]
		if now.due > e.options.Horizon {
			e.note(fmt.Sprintf("%d timers would fire later than %v after the launch", len(e.tasks), e.options.Horizon))
			return nil
		}
		e.clock = max(e.clock, now.due)
		if now.repeat > 0 {
			e.tasks[i].due = e.clock + now.repeat
			e.lastTask++
		} else {
			e.tasks = slices.Delete(e.tasks, i, i+1)
		}
		if _, err := now.call(goja.Undefined()); err != nil {
			if err := e.fault(now.name, err); err != nil {
				return err
			}
		}
		e.reportRejected()
	}
	e.note(fmt.Sprintf("%d tasks were run, and there would be more", maxTasks))
	return nil
}

// next is the index of the earliest task, -1 if there is none; of those at one
// time, the first that was asked for.
func (e *engine) next() int {
	earliest := -1
	for i, t := range e.tasks {
		if earliest < 0 || t.due < e.tasks[earliest].due {
			earliest = i
		}
	}
	return earliest
}

// maxWaiting bounds the tasks that wait at once.
const maxWaiting = 10_000

// post asks for a call after some milliseconds, again and again if repeat is
// set, and returns its number.
func (e *engine) post(name string, function goja.Value, ms float64, repeat bool) int {
	call, ok := goja.AssertFunction(function)
	if !ok {
		panic(e.vm.NewTypeError("what a timer calls is no function"))
	}
	if len(e.tasks) >= maxWaiting {
		panic(e.vm.NewTypeError("more than %d timers wait", maxWaiting))
	}
	if !(ms >= 0) { // also not a number
		ms = 0
	}
	delay := time.Duration(min(ms, 1e12) * float64(time.Millisecond))
	e.lastTask++
	t := task{id: e.lastTask, due: e.clock + delay, name: name, call: call}
	if repeat {
		t.repeat = max(delay, time.Millisecond)
	}
	e.tasks = append(e.tasks, t)
	return t.id
}

func (e *engine) cancel(id int) {
	e.tasks = slices.DeleteFunc(e.tasks, func(t task) bool { return t.id == id && id != 0 })
}

// attempt calls a function of the project. What it throws is told as an event.
func (e *engine) attempt(name string, function, this goja.Value, args []goja.Value) goja.Value {
	call, ok := goja.AssertFunction(function)
	if !ok {
		return goja.Undefined()
	}
	value, err := call(this, args...)
	if err == nil {
		return value
	}
	if e.fault(name, err) != nil {
		panic(err) // the run has been stopped
	}
	return goja.Undefined()
}

// load is require and import: the exports of the file that a name means.
func (e *engine) load(from, name string) goja.Value {
	file, err := e.find(from, name)
	if err != nil {
		panic(e.throw(err))
	}
	if module, ok := e.modules[file]; ok {
		return module.Get("exports")
	}
	program, err := e.source.load(file)
	if err != nil {
		panic(e.throw(err))
	}
	module := e.vm.NewObject()
	exports := e.vm.NewObject()
	_ = module.Set("exports", exports) // a plain object takes everything
	e.modules[file] = module
	wrapper, err := e.vm.RunProgram(program)
	if err != nil {
		panic(e.throw(err))
	}
	call, _ := goja.AssertFunction(wrapper)
	require := func(name string) goja.Value { return e.load(file, name) }
	if _, err := call(goja.Undefined(), e.vm.ToValue(require), module, exports); err != nil {
		delete(e.modules, file)
		if thrown, ok := errors.AsType[*goja.Exception](err); ok {
			panic(thrown)
		}
		panic(err)
	}
	return module.Get("exports")
}

// throw is an error of Go as one of JavaScript. Where the code is wrong before
// it runs, the place goes with it.
func (e *engine) throw(err error) *goja.Object {
	return e.vm.NewGoError(err)
}

// state asks the prelude what is left.
func (e *engine) state(ask goja.Value) (State, error) {
	call, _ := goja.AssertFunction(ask)
	value, err := call(goja.Undefined())
	if err != nil {
		return State{}, stopped(err)
	}
	var s State
	if err := json.Unmarshal([]byte(value.String()), &s); err != nil {
		return State{}, fmt.Errorf("launch: the state cannot be read: %w", err)
	}
	if s.Storage == nil {
		s.Storage = map[string]json.RawMessage{}
	}
	s.Errors = e.faults
	maps.DeleteFunc(s.Storage, func(_ string, value json.RawMessage) bool { return value == nil })
	return s, nil
}
