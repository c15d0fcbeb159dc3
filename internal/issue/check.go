package issue

// Check tells what [Issuer.Issue] would refuse r for, with the same errors in
// the same order, and makes and writes nothing.
func (i *Issuer) Check(r Request) error {
	app, ok := i.store.Snapshot().AppByNumber(r.App)
	if !ok {
		return fail(UnknownApp, "unknown app", "no app has the number %d", r.App)
	}
	if err := checkScene(r.Scene); err != nil {
		return err
	}
	env, err := ParseEnv(r.Env)
	if err != nil {
		return err
	}
	if err := checkPage(r.Page); err != nil {
		return err
	}
	if r.CheckPath {
		if _, err := publishedPage(app, env, r.Page); err != nil {
			return err
		}
	}
	return checkWidth(r.WidthPx)
}

// App is the app with that number, as the registry has it now; false means that
// there is none.
func (i *Issuer) App(number uint64) (*App, bool) { return i.store.Snapshot().AppByNumber(number) }
