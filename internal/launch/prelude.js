// The platform as the code of a project sees it. host has what the engine does:
//   emit(kind, name, page, text, args, missing), attempt(name, function, this, args), load(from, name),
//   post(name, function, ms, repeat), cancel(id)
// and what is launched: game, pages, tabs, appId, env, path, query, scene.
(function (host) {
  'use strict'
  const global = globalThis
  const { stringify, parse } = JSON
  const { ownKeys } = Reflect
  const isObject = (value) => typeof value === 'object' && value !== null
  const isPlain = (value) => isObject(value) && [Object.prototype, null].includes(Object.getPrototypeOf(value))

  // show is any value as JSON: what JSON lacks is a string in brackets.
  function show (value, space) {
    const above = []
    const text = stringify(value, function (key, part) {
      if (typeof part === 'function') return `[function ${part.name || ''}]`
      if (typeof part === 'bigint' || typeof part === 'symbol') return String(part)
      if (part === undefined) return key === '' ? '[undefined]' : undefined
      if (part instanceof Error) return String(part.stack || part)
      if (!isObject(part)) return part
      while (above.length > 0 && above[above.length - 1] !== this) above.pop()
      if (above.includes(part)) return '[circular]'
      above.push(part)
      return part
    }, space)
    return text === undefined ? 'null' : text
  }

  const safely = (value) => {
    try { return show(value) } catch (error) { return '"[cannot be shown]"' }
  }
  const emit = (kind, name, page, text, args = [], missing = false) =>
    host.emit(kind, name, page, text, args.map(safely), missing)

  // clone is a copy down to what is no plain object or array.
  function clone (value) {
    if (Array.isArray(value)) return value.map(clone)
    if (!isPlain(value)) return value
    const copy = {}
    for (const key of Object.keys(value)) copy[key] = clone(value[key])
    return copy
  }

  // parameters are what a page gets from a query: nothing in it is undone.
  function parameters (query) {
    const all = {}
    for (const pair of query.split('&')) {
      const at = pair.indexOf('=')
      const name = at < 0 ? pair : pair.slice(0, at)
      if (name !== '') all[name] = at < 0 ? '' : pair.slice(at + 1)
    }
    return all
  }

  // ---- console and timers

  const words = (values) => values.map((value) => {
    if (value instanceof Error || (!isObject(value) && typeof value !== 'function')) return String(value)
    return safely(value)
  }).join(' ')
  global.console = {}
  for (const level of ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir', 'table', 'group', 'groupCollapsed']) {
    console[level] = (...values) => emit('console', level, '', words(values))
  }
  console.assert = (holds, ...values) => { if (!holds) console.error('Assertion failed:', ...values) }
  for (const name of ['groupEnd', 'time', 'timeEnd', 'timeLog', 'count', 'clear']) console[name] = () => {}

  const timer = (name, repeat) => function (action, ms, ...args) {
    if (typeof action !== 'function') throw new TypeError(`${name} takes a function`)
    return host.post(name, () => { action.apply(undefined, args) }, Number(ms) || 0, repeat)
  }
  global.setTimeout = timer('setTimeout', false)
  global.setInterval = timer('setInterval', true)
  global.clearTimeout = global.clearInterval = global.cancelAnimationFrame = (id) => host.cancel(Number(id) || 0)
  global.requestAnimationFrame = (action) => host.post('requestAnimationFrame', () => action(Date.now()), 16, false)
  const later = (name, action) => { host.post(name, action, 0, false) }

  // ---- wx

  const options = () => ({
    path: host.path, query: parameters(host.query), scene: host.scene, referrerInfo: {}, apiCategory: 'default'
  })

  // settle answers a call of wx: by callbacks if it has any, else by a promise.
  function settle (name, given, work) {
    const how = isObject(given) ? given : {}
    const asked = ['success', 'fail', 'complete'].some((key) => typeof how[key] === 'function')
    const run = (resolve, reject) => {
      let result
      let good = true
      try {
        result = Object.assign({ errMsg: `${name}:ok` }, work(how))
      } catch (error) {
        if (!isObject(error) || typeof error.fail !== 'string') throw error
        good = false
        result = { errMsg: `${name}:fail ${error.fail}` }
      }
      if (!asked) return good ? resolve(result) : reject(result)
      later(`${name} callback`, () => {
        const answer = good ? how.success : how.fail
        if (typeof answer === 'function') host.attempt(`${name} ${good ? 'success' : 'fail'}`, answer, how, [result])
        if (typeof how.complete === 'function') host.attempt(`${name} complete`, how.complete, how, [result])
      })
    }
    if (asked) run()
    else return new Promise(run)
  }
  const failing = (why) => { throw { fail: why } } // eslint-disable-line no-throw-literal

  // unsupported stands for what does not work here. It can be called and asked
  // for anything; each call is told, and fails as it would on a phone without
  // that function.
  function unsupported (name) {
    const why = 'not supported by suncode launch'
    const api = name.replace(/^wx\./, '')
    return new Proxy(() => {}, {
      get (target, key) {
        if (key === Symbol.toPrimitive) return () => ''
        if (typeof key === 'symbol') return undefined
        if (key in target || key === 'then') return target[key]
        return unsupported(`${name}.${key}`)
      },
      apply (_, __, args) {
        emit('unsupported', name, '', '', args)
        const last = api.slice(api.lastIndexOf('.') + 1)
        if (/Sync$|^(on|off)[A-Z]/.test(last)) return undefined
        const given = args[0]
        if (isObject(given) && ['success', 'fail', 'complete'].some((key) => typeof given[key] === 'function')) {
          settle(api, given, () => failing(why))
          return undefined
        }
        const answer = unsupported(`${name}()`)
        let promise
        return new Proxy(answer, {
          get (target, key) {
            if (key !== 'then' && key !== 'catch' && key !== 'finally') return target[key]
            promise = promise || Promise.reject(Object.assign(new Error(`${api}:fail ${why}`), { errMsg: `${api}:fail ${why}` }))
            return promise[key].bind(promise)
          }
        })
      },
      construct () {
        emit('unsupported', name, '', '')
        return unsupported(`${name}()`)
      }
    })
  }

  const phone = {
    brand: 'suncode', model: 'suncode', pixelRatio: 2, screenWidth: 375, screenHeight: 667, windowWidth: 375, windowHeight: 603,
    statusBarHeight: 20, language: 'zh_CN', version: '8.0.50', system: 'suncode', platform: 'devtools', fontSizeSetting: 16,
    SDKVersion: '3.7.0', theme: 'light', benchmarkLevel: 1, deviceOrientation: 'portrait',
    safeArea: { left: 0, right: 375, top: 20, bottom: 667, width: 375, height: 647 }
  }
  const wx = {
    env: { USER_DATA_PATH: 'wxfile://usr' },
    getLaunchOptionsSync: options,
    getEnterOptionsSync: options,
    getSystemInfoSync: () => clone(phone),
    getWindowInfo: () => clone(phone),
    getDeviceInfo: () => clone(phone),
    getAppBaseInfo: () => clone(phone),
    getSystemInfo: (given) => settle('getSystemInfo', given, () => clone(phone)),
    getMenuButtonBoundingClientRect: () => ({ left: 278, right: 365, top: 26, bottom: 58, width: 87, height: 32 }),
    getAccountInfoSync: () => ({ miniProgram: { appId: host.appId, envVersion: host.env, version: '' } }),
    nextTick: (action) => later('nextTick', action),
    canIUse: (name) => typeof name === 'string' && Object.prototype.hasOwnProperty.call(wx, name.split('.')[0])
  }

  // listeners are what on… and off… of one event keep.
  const listeners = { show: [], hide: [], error: [], rejection: [], lost: [] }
  function listen (list, ...names) {
    for (const name of names) {
      wx['on' + name] = (action) => { if (typeof action === 'function') listeners[list].push(action) }
      wx['off' + name] = (action) => {
        listeners[list] = listeners[list].filter((other) => action !== undefined && other !== action)
      }
    }
  }
  listen('show', 'Show', 'AppShow')
  listen('hide', 'Hide', 'AppHide')
  listen('error', 'Error')
  listen('rejection', 'UnhandledRejection')
  listen('lost', 'PageNotFound')

  // ---- storage

  const storage = new Map()
  const keyOf = (key) => typeof key === 'string' && key !== '' ? key : failing('parameter error: key should be a non-empty String')
  const stored = {
    setStorage ({ key, data }) {
      const text = stringify(data)
      emit('storage', 'setStorage', '', keyOf(key))
      storage.set(key, text === undefined ? '""' : text)
    },
    getStorage: ({ key }) => storage.has(keyOf(key)) ? { data: parse(storage.get(key)) } : failing('data not found'),
    removeStorage ({ key }) {
      emit('storage', 'removeStorage', '', keyOf(key))
      storage.delete(key)
    },
    clearStorage () {
      emit('storage', 'clearStorage', '', '')
      storage.clear()
    },
    getStorageInfo: () => ({ keys: [...storage.keys()], currentSize: 0, limitSize: 10240 })
  }
  for (const name of Object.keys(stored)) {
    wx[name] = (given) => settle(name, given, stored[name])
    wx[name + 'Sync'] = (key, data) => {
      try {
        const result = stored[name]({ key, data })
        return name === 'getStorage' ? result.data : result
      } catch (error) {
        if (!isObject(error) || typeof error.fail !== 'string') throw error
        if (error.fail === 'data not found') return ''
        throw new Error(`${name}Sync:fail ${error.fail}`)
      }
    }
  }

  // ---- data

  // setPath puts a value at a path as setData takes it: "a.b[0].c".
  function setPath (data, path, value) {
    const keys = []
    for (const [, name, index] of path.matchAll(/([^.[\]]+)|\[(\d+)\]/g)) keys.push(name === undefined ? Number(index) : name)
    if (keys.length === 0) throw new Error(`setData: "${path}" is no path`)
    let at = data
    for (let i = 0; i < keys.length - 1; i++) {
      const has = Object.prototype.hasOwnProperty.call(at, keys[i])
      if (!has || !isObject(at[keys[i]])) at[keys[i]] = typeof keys[i + 1] === 'number' ? [] : {}
      at = at[keys[i]]
    }
    at[keys[keys.length - 1]] = value
  }

  function setData (patch, done) {
    if (!isObject(patch)) throw new TypeError('setData takes an object')
    emit('setData', '', this.route, '', [patch])
    for (const key of Object.keys(patch)) {
      if (patch[key] === undefined) console.warn(`setData: "${key}" is undefined`)
      setPath(this.data, key, clone(patch[key]))
    }
    if (this[observe]) this[observe](Object.keys(patch))
    if (typeof done === 'function') later('setData callback', () => done.call(this))
  }
  const observe = Symbol('observe')

  // ---- App, Page, Component

  let app
  let registered // what the file of a page that is being loaded gave
  const own = (name) => Object.prototype.hasOwnProperty.call(definitions, name)
  const definitions = Object.create(null)
  const stack = []
  const current = () => stack[stack.length - 1]

  const called = (object, name, label, page, args) => {
    const action = object && object[name]
    emit('lifecycle', label, page, '', args, typeof action !== 'function')
    return typeof action === 'function' ? host.attempt(label, action, object, args) : undefined
  }

  global.App = (given) => {
    if (app) return console.error('App is called twice')
    app = Object.assign({}, isObject(given) ? given : {})
  }
  global.getApp = (given) => app || (given && given.allowDefault ? {} : undefined)
  global.getCurrentPages = () => stack.slice()
  global.Page = (given) => { registered = { page: isObject(given) ? given : {} } }
  global.Component = (given) => { registered = { component: flatten(isObject(given) ? given : {}) } }
  global.Behavior = (given) => isObject(given) ? given : {}

  const hooked = Symbol('hooks')

  // flatten is a component with all of its behaviors in it, its own first.
  function flatten (given, depth = 0) {
    const whole = {
      data: {}, properties: {}, methods: {}, lifetimes: {}, pageLifetimes: {}, observers: {},
      [hooked]: { created: [], attached: [], ready: [], detached: [] }
    }
    const parts = (Array.isArray(given.behaviors) && depth < 20 ? given.behaviors : []).filter(isPlain)
    for (const part of [...parts.map((part) => flatten(part, depth + 1)), given]) {
      for (const key of ['properties', 'methods', 'pageLifetimes', 'observers']) Object.assign(whole[key], part[key])
      Object.assign(whole.data, clone(typeof part.data === 'function' ? part.data() : part.data))
      for (const name of Object.keys(whole[hooked])) {
        if (part[hooked]) whole[hooked][name].push(...part[hooked][name])
        else {
          const action = (part.lifetimes && part.lifetimes[name]) || part[name]
          if (typeof action === 'function') whole[hooked][name].push(action)
        }
      }
      for (const key of Object.keys(part)) if (!(key in whole)) whole[key] = part[key]
    }
    return whole
  }

  // channel is what navigateTo opens between two pages.
  function channel () {
    const actions = {}
    const of = (name) => (actions[name] = actions[name] || [])
    return {
      on (name, action) { of(name).push(action) },
      once (name, action) { of(name).push(action) },
      off (name, action) { actions[name] = of(name).filter((other) => action !== undefined && other !== action) },
      emit (name, ...args) { for (const action of of(name)) later(`event ${name}`, () => action(...args)) }
    }
  }

  // base is what every page has.
  const base = (route, query, events) => ({
    route, is: route, options: query, data: {}, setData, getOpenerEventChannel: () => events,
    selectComponent: unsupported('selectComponent'), selectAllComponents: () => [], createSelectorQuery: unsupported('createSelectorQuery'),
    createIntersectionObserver: unsupported('createIntersectionObserver'), groupSetData (action) { action() },
    triggerEvent () {}, getTabBar: () => null, animate: unsupported('animate'), hasBehavior: () => false
  })

  function makePage (definition, route, query, events) {
    const page = base(route, query, events)
    for (const key of Object.keys(definition)) page[key] = key === 'data' ? clone(definition.data) : definition[key]
    if (!isObject(page.data)) page.data = {}
    return page
  }

  const typed = (type, text) => {
    if (type === Number) return Number(text)
    if (type === Boolean) return text !== '' && text !== 'false'
    return text
  }
  const empty = (type) => type === Number ? 0 : type === Boolean ? false : type === String ? '' : type === Array ? [] : null

  // makeComponent is a page that was written as a component: its properties are
  // filled from the query.
  function makeComponent (definition, route, query, events) {
    const page = Object.assign(base(route, query, events), definition.methods)
    page.data = definition.data
    for (const name of Object.keys(definition.properties)) {
      const property = definition.properties[name]
      const type = isObject(property) ? property.type : property
      const first = isObject(property) && 'value' in property ? clone(property.value) : empty(type)
      page.data[name] = name in query ? typed(type, query[name]) : first
    }
    page.properties = page.data
    page[observe] = (changed) => {
      for (const names of Object.keys(definition.observers)) {
        const fields = names.split(',').map((name) => name.trim().replace(/\.\*\*$/, ''))
        if (!fields.some((field) => field === '**' || changed.some((key) => key === field || key.startsWith(field + '.') || key.startsWith(field + '[')))) continue
        host.attempt(`observer ${names}`, definition.observers[names], page, fields.map((field) => field === '**' ? page.data : page.data[field]))
      }
    }
    return page
  }

  // open makes the page of a path and shows it.
  function open (path, query, events) {
    if (!own(path)) {
      registered = undefined
      let whole = false
      host.attempt(path, () => {
        host.load('', '/' + path)
        whole = true
      }, undefined, [])
      if (!registered && whole) emit('error', path, path, 'its file calls neither Page nor Component')
      if (!registered) return
      definitions[path] = registered
    }
    const { page: plain, component } = definitions[path]
    const hooks = (name) => {
      if (!component) return
      emit('lifecycle', `Component.${name}`, path, '', [], component[hooked][name].length === 0)
      for (const hook of component[hooked][name]) host.attempt(`Component.${name}`, hook, page, [])
    }
    const page = component ? makeComponent(flatten(component), path, query, events) : makePage(plain, path, query, events)
    page[parts] = { component, hooks }
    stack.push(page)
    hooks('created')
    hooks('attached')
    called(page, 'onLoad', 'Page.onLoad', path, [query])
    appear(page)
    later('Page.onReady', () => {
      if (!stack.includes(page)) return
      hooks('ready')
      called(page, 'onReady', 'Page.onReady', path, [])
    })
  }
  const parts = Symbol('parts')

  function appear (page) {
    const { component } = page[parts]
    if (component && component.pageLifetimes.show) host.attempt('Component.show', component.pageLifetimes.show, page, [])
    called(page, 'onShow', 'Page.onShow', page.route, [])
  }
  function hide (page) {
    const { component } = page[parts]
    if (component && component.pageLifetimes.hide) host.attempt('Component.hide', component.pageLifetimes.hide, page, [])
    called(page, 'onHide', 'Page.onHide', page.route, [])
  }
  function unload () {
    const page = stack.pop()
    called(page, 'onUnload', 'Page.onUnload', page.route, [])
    page[parts].hooks('detached')
  }

  // ---- navigation

  // target is the page and the query of a URL, seen from the page on top.
  function target (url) {
    if (typeof url !== 'string') failing('parameter error: url should be a String')
    const at = url.indexOf('?')
    const query = at < 0 ? '' : url.slice(at + 1)
    const path = at < 0 ? url : url.slice(0, at)
    const steps = path.startsWith('/') || stack.length === 0 ? [] : current().route.split('/').slice(0, -1)
    for (const step of path.split('/')) {
      if (step === '..') steps.pop()
      else if (step !== '' && step !== '.') steps.push(step)
    }
    const page = steps.join('/')
    if (!host.pages.includes(page)) failing(`page "${page}" is not found`)
    return { page, query: parameters(query), tab: host.tabs.includes(page) }
  }

  let moves = 0
  const mostMoves = 100
  const mostPages = 10
  const navigation = {
    navigateTo ({ url, events }) {
      const to = target(url)
      if (to.tab) failing('can not navigateTo a tabbar page')
      if (stack.length >= mostPages) failing(`page limit exceeded: ${mostPages}`)
      const opened = channel()
      if (isObject(events)) for (const name of Object.keys(events)) opened.on(name, events[name])
      later('navigateTo', () => {
        if (current()) hide(current())
        open(to.page, to.query, opened)
      })
      return { eventChannel: opened }
    },
    redirectTo ({ url }) {
      const to = target(url)
      if (to.tab) failing('can not redirectTo a tabbar page')
      later('redirectTo', () => {
        if (current()) unload()
        open(to.page, to.query, channel())
      })
    },
    switchTab ({ url }) {
      const to = target(url)
      if (!to.tab) failing('can not switch to no-tabBar page')
      later('switchTab', () => {
        while (stack.length > 0) unload()
        open(to.page, {}, channel())
      })
    },
    reLaunch ({ url }) {
      const to = target(url)
      later('reLaunch', () => {
        while (stack.length > 0) unload()
        open(to.page, to.query, channel())
      })
    },
    navigateBack ({ delta = 1 }) {
      if (stack.length < 2) failing('cannot navigate back at first page')
      later('navigateBack', () => {
        for (let n = Math.max(1, Number(delta) || 1); n > 0 && stack.length > 1; n--) unload()
        appear(current())
      })
    }
  }
  for (const name of Object.keys(navigation)) {
    if (host.game) break
    wx[name] = (given) => {
      const url = isObject(given) && typeof given.url === 'string' ? given.url : ''
      emit('navigation', name, '', url)
      return settle(name, given, (how) => {
        if (++moves > mostMoves) failing(`more than ${mostMoves} of them`)
        return navigation[name](how)
      })
    }
  }

  // ---- launch

  global.wx = new Proxy(wx, {
    get (_, key) {
      if (typeof key === 'symbol' || key in wx) return wx[key]
      return unsupported(`wx.${key}`)
    }
  })
  global.requirePlugin = (name) => unsupported(`plugin ${name}`)
  global.global = global
  if (host.game) global.GameGlobal = global

  const heard = (list, args) => { for (const action of listeners[list].slice()) host.attempt('wx.onShow', action, undefined, args) }

  function launchGame () {
    host.attempt('game.js', () => host.load('', '/game'), undefined, [])
    emit('lifecycle', 'wx.onShow', '', '', [options()], listeners.show.length === 0)
    heard('show', [options()])
  }

  function launchApp () {
    host.attempt('app.js', () => host.load('', '/app'), undefined, [])
    if (!app) emit('note', '', '', 'app.js does not call App')
    called(app, 'onLaunch', 'App.onLaunch', '', [options()])
    called(app, 'onShow', 'App.onShow', '', [options()])
    heard('show', [options()])
    later(host.path, () => {
      if (host.pages.includes(host.path)) return open(host.path, parameters(host.query), channel())
      emit('error', 'launch', host.path, `page "${host.path}" is not in app.json`)
      const lost = { path: host.path, query: parameters(host.query), isEntryPage: true }
      called(app, 'onPageNotFound', 'App.onPageNotFound', '', [lost])
      heard('lost', [lost])
    })
  }

  const before = new Set(ownKeys(global))
  function state () {
    const made = {}
    if (host.game) for (const key of Object.keys(global)) if (!before.has(key)) made[key] = global[key]
    const kept = {}
    for (const [key, text] of storage) kept[key] = parse(text)
    const pages = stack.map((page) => `{"route":${stringify(page.route)},"options":${stringify(page.options)},"data":${safely(page.data)}}`)
    return `{"game":${host.game},"pages":[${pages}],"app":${safely(host.game ? made : app || null)},"storage":${safely(kept)}}`
  }

  return { launch: host.game ? launchGame : launchApp, state }
})
