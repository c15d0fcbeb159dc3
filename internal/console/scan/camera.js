/**
 * Camera gives its frames to look, an async function, one at a time, each drawn to a canvas that the next one draws
 * over. ended is called when the camera stops without being asked.
 */
export class Camera {
  #video;
  #look;
  #ended;
  #stream = null;
  #canvas = document.createElement('canvas');

  constructor(video, look, ended) {
    this.#video = video;
    this.#look = look;
    this.#ended = ended;
    this.#canvas.getContext('2d', { willReadFrequently: true });
  }

  get on() {
    return this.#stream !== null;
  }

  /** start asks for the camera, the back one of a phone. It fails as getUserMedia does. */
  async start() {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: 'environment', width: { ideal: 1280 }, height: { ideal: 720 } },
    });
    this.#stream = stream;
    stream.getVideoTracks()[0].addEventListener('ended', () => {
      this.stop();
      this.#ended();
    });
    this.#video.srcObject = stream;
    await this.#video.play();
    this.#run(stream);
  }

  stop() {
    for (const track of this.#stream?.getTracks() ?? []) {
      track.stop();
    }
    this.#stream = null;
    this.#video.srcObject = null;
  }

  async #run(stream) {
    while (this.#stream === stream) {
      await this.#frame();
      const { videoWidth: width, videoHeight: height } = this.#video;
      if (this.#stream !== stream || width === 0) {
        continue;
      }
      if (this.#canvas.width !== width || this.#canvas.height !== height) {
        Object.assign(this.#canvas, { width, height });
      }
      this.#canvas.getContext('2d').drawImage(this.#video, 0, 0);
      await this.#look(this.#canvas);
    }
  }

  /** frame waits for the next frame, and not for ever: one that the page does not show never comes. */
  #frame() {
    return new Promise((resolve) => {
      this.#video.requestVideoFrameCallback?.(resolve);
      setTimeout(resolve, 100);
    });
  }
}
