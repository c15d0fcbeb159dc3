Page({
  data: { scene: '' },
  onLoad (query) {
    // scene must use decodeURIComponent to obtain the scene value provided during QR code generation.
    const scene = decodeURIComponent(query.scene)
    this.setData({ scene })
  }
})
