/** The colours of an outline by how its code stands, bright enough for any picture. */
const colours = { ok: '#2ecc71', no: '#ff4d4f', other: '#ffb02e', wait: '#ffb02e' };

/** The width of an outline as it is seen, in CSS pixels. */
const seenWidth = 4;

/** drawOutlines draws a frame around each of codes, [{ corners, state }], in a picture of width × height pixels. */
export function drawOutlines(canvas, width, height, codes) {
  Object.assign(canvas, { width, height });
  canvas.hidden = false;
  const context = canvas.getContext('2d');
  const thick = seenWidth * Math.max(width / (canvas.clientWidth || width), height / (canvas.clientHeight || height));
  const inside = (value, edge) => Math.min(Math.max(value, thick), edge - thick);
  context.lineJoin = 'round';
  for (const { corners, state } of codes) {
    context.beginPath();
    corners.forEach(([x, y], i) => {
      context[i === 0 ? 'moveTo' : 'lineTo'](inside(x, width), inside(y, height));
    });
    context.closePath();
    context.setLineDash([]);
    context.lineWidth = 2 * thick;
    context.strokeStyle = 'rgba(0, 0, 0, 0.55)';
    context.stroke();
    context.setLineDash(state === 'no' ? [4 * thick, 2 * thick] : []);
    context.lineWidth = thick;
    context.strokeStyle = colours[state];
    context.stroke();
  }
}
