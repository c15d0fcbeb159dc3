// Obtains the scene value via the `wx.getLaunchOptionsSync` API during initial startup.
const {query} = wx.getLaunchOptionsSync()
const scene = decodeURIComponent(query.scene)
console.log('started with', scene)

// or obtains the scene value from the wx.onShow event.
wx.onShow(function ({query}) {
  // scene must use decodeURIComponent to obtain the scene value provided during QR code generation.
  const scene = decodeURIComponent(query.scene)
  console.log('shown with', scene)
})
