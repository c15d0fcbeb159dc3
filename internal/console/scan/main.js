import { Camera } from './camera.js';
import { drawOutlines } from './outline.js';
import { idOf, Past } from './past.js';
import { openReader, resolve } from './reader.js';
import { showCodes, showList, stateOf, titleOf, verdictOf } from './view.js';
import { onLanguage, say, startWords } from './words.js';

const at = (id) => document.getElementById(id);
const [stage, video, still, outline, status] = ['stage', 'video', 'still', 'outline', 'status'].map(at);

/** The most pixels of a picture that is shown and read: what the canvases of all browsers bear. */
const maxPixels = 16_000_000;

/** How long an outline stays when its code cannot be read for a moment, in milliseconds. */
const outlineStays = 600;

const past = new Past();
const reader = openReader(document.body.dataset.engine === 'yes');
const camera = new Camera(video, lookAtFrame, () => setMode('empty'));
const known = new Map(); // what resolve said, by idOf
let shown = []; // the codes whose facts are on the page
let said = ['ready']; // the status: a key with its values
let outlined = 0; // when the outline was drawn
let picture = 0; // counts pictures, so that an old one's answer is dropped

/** setMode shows what belongs to an empty stage, a live camera or a picture. */
function setMode(mode) {
  stage.className = mode;
  at('hint').hidden = mode !== 'empty';
  video.hidden = mode !== 'live';
  still.hidden = mode !== 'picture';
  outline.hidden = true;
  at('camera').dataset.text = camera.on ? 'cameraOff' : 'cameraOn';
  at('camera').textContent = say(at('camera').dataset.text);
}

/** tell changes the status, which a screen reader reads out. */
function tell(key, values, bad = false) {
  said = [key, values];
  status.classList.toggle('bad', bad);
  const text = say(key, values);
  if (status.textContent !== text) {
    status.textContent = text;
  }
}

function showAll() {
  at('results').hidden = shown.length === 0;
  showCodes(at('codes'), shown);
  at('past').hidden = past.codes.length === 0;
  showList(at('list'), past.codes, (code) => {
    shown = [code];
    showAll();
    at('results').scrollIntoView({ block: 'nearest' });
    tellCodes(shown);
  });
}

function tellCodes(codes) {
  if (codes.length > 1) {
    tell('readMany', { n: codes.length });
    return;
  }
  const [code] = codes;
  const key = code.target || code.text ? 'readOne' : 'readNone';
  tell(key, { code: titleOf(code), verdict: verdictOf(code) }, stateOf(code) === 'no');
}

/** learn finds out where codes lead and shows them, if they are not those on the page. */
async function learn(codes) {
  for (const code of codes) {
    const id = idOf(code);
    if (!known.has(id)) {
      const answer = await resolve(code);
      if (answer.error !== 'offline' && answer.error !== 'internal') {
        known.set(id, answer);
      }
      Object.assign(code, answer);
    }
    Object.assign(code, known.get(id));
  }
  const same = codes.length === shown.length && codes.every((code, i) => idOf(code) === idOf(shown[i]));
  if (same && codes.every((code, i) => stateOf(code) === stateOf(shown[i]))) {
    return;
  }
  shown = codes;
  codes.forEach((code) => past.add(code));
  showAll();
  tellCodes(codes);
  if (camera.on && navigator.userActivation?.hasBeenActive) {
    navigator.vibrate?.(40);
  }
}

function drawCodes(width, height, codes) {
  drawOutlines(outline, width, height, codes.map((code) => {
    const answer = known.get(idOf(code));
    return { corners: code.corners, state: answer ? stateOf(answer) : 'wait' };
  }));
}

/** lookAtFrame reads one frame of the camera. */
async function lookAtFrame(canvas) {
  try {
    const codes = await (await reader).read(canvas, true);
    if (codes === null || !camera.on) {
      return;
    }
    if (codes.length > 0) {
      drawCodes(canvas.width, canvas.height, codes);
      outlined = performance.now();
      await learn(codes);
      if (camera.on) {
        drawCodes(canvas.width, canvas.height, codes);
      }
    } else if (performance.now() - outlined > outlineStays) {
      outline.hidden = true;
    }
  } catch (error) {
    tell('failed', { reason: error.message }, true);
  }
}

/** lookAtPicture shows and reads a picture file. */
async function lookAtPicture(file) {
  const turn = ++picture;
  camera.stop();
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    tell('noPicture', {}, true);
    return;
  }
  if (turn !== picture) {
    return;
  }
  const scale = Math.min(1, Math.sqrt(maxPixels / (bitmap.width * bitmap.height)));
  Object.assign(still, { width: Math.round(bitmap.width * scale), height: Math.round(bitmap.height * scale) });
  still.getContext('2d', { willReadFrequently: true }).drawImage(bitmap, 0, 0, still.width, still.height);
  bitmap.close();
  setMode('picture');
  tell('reading');
  try {
    const codes = await (await reader).read(still, false);
    if (turn !== picture) {
      return;
    }
    shown = [];
    showAll();
    if (codes.length === 0) {
      tell('nothing');
      return;
    }
    drawCodes(still.width, still.height, codes);
    await learn(codes);
    if (turn === picture) {
      drawCodes(still.width, still.height, codes);
    }
  } catch (error) {
    tell('failed', { reason: error.message }, true);
  }
}

async function toggleCamera() {
  picture++;
  if (camera.on) {
    camera.stop();
    setMode('empty');
    tell('ready');
    return;
  }
  if (!navigator.mediaDevices?.getUserMedia) {
    tell('cameraInsecure', {}, true);
    return;
  }
  at('camera').disabled = true;
  try {
    await camera.start();
    setMode('live');
    tell('looking');
  } catch (error) {
    camera.stop();
    setMode('empty');
    const refused = error.name === 'NotAllowedError' || error.name === 'SecurityError';
    tell(refused ? 'cameraRefused' : 'cameraNone', {}, true);
  }
  at('camera').disabled = false;
}

/** fileOf is the first picture in what was dropped or pasted. */
function fileOf(transfer) {
  return [...(transfer?.files ?? [])].find((file) => file.type.startsWith('image/'));
}

function listen() {
  at('camera').addEventListener('click', toggleCamera);
  at('file').addEventListener('change', (event) => {
    const [file] = event.target.files;
    event.target.value = ''; // so that the same file can be chosen again
    if (file) {
      lookAtPicture(file);
    }
  });
  at('forget').addEventListener('click', () => {
    past.clear();
    shown = [];
    showAll();
    tell('forgotten');
    at('camera').focus();
  });
  document.addEventListener('paste', (event) => {
    const file = fileOf(event.clipboardData);
    if (file) {
      event.preventDefault();
      lookAtPicture(file);
    }
  });
  document.addEventListener('dragover', (event) => {
    event.preventDefault();
    stage.classList.add('over');
  });
  document.addEventListener('dragleave', () => stage.classList.remove('over'));
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    stage.classList.remove('over');
    const file = fileOf(event.dataTransfer);
    file ? lookAtPicture(file) : tell('noPicture', {}, true);
  });
  document.addEventListener('visibilitychange', () => {
    if (document.hidden && camera.on) {
      toggleCamera();
    }
  });
}

onLanguage(() => {
  showAll();
  if (['readOne', 'readNone', 'readMany'].includes(said[0])) {
    tellCodes(shown);
  } else {
    tell(said[0], said[1], status.classList.contains('bad'));
  }
});
startWords();
listen();
reader.then(({ local }) => {
  at('privacy').dataset.text = local ? 'private' : 'sent';
  at('privacy').textContent = say(at('privacy').dataset.text);
  document.body.dataset.ready = local ? 'local' : 'server';
});
