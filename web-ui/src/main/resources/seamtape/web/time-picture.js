// What the timeline shows, drawn once and kept as pictures: the cursor, the marks and scrolling only lay them down again.
import * as format from './format.js';

const LABEL = 92, MAP = 26, AXIS = 17, ROW = 12, GAP = 4;
const LENGTH = 1, COUNT = 2, ERRORS = 3, EVENT = 4, NAME = 5, ERROR = 6, WIDTH = 7;

export {LABEL, MAP, AXIS, ROW, GAP, LENGTH, COUNT, ERRORS, EVENT, NAME, ERROR, WIDTH};

const TOKENS = ['ioctl', 'file', 'seamcall', 'tdcall', 'tdvmcall', 'hypercall', 'error', 'muted', 'line', 'accent', 'faint', 'select', 'panel', 'warn'];

const differ = (now, before) => now.some((one, i) => one !== before[i]);

/** Colours and fonts of a theme. A canvas knows no light-dark(): probe elements turn tokens into colours. */
export function lookOf(probe) {
  const style = getComputedStyle(probe);
  const look = {sans: style.getPropertyValue('--sans').trim(), mono: style.getPropertyValue('--mono').trim(), own: style.fontFamily};
  const probes = TOKENS.map((name) => {
    const one = document.createElement('i');
    one.style.color = `var(--${name})`;
    return one;
  });
  probe.replaceChildren(...probes);
  TOKENS.forEach((name, i) => { look[name] = getComputedStyle(probes[i]).color; });
  probe.replaceChildren();
  return look;
}

export class Pictures {
  #drawn = [];
  #mapped = [];
  #body = document.createElement('canvas');
  #map = document.createElement('canvas');
  hits = [];
  places = [];

  /** What is to be seen: {map, data, view, lanes, pins, width, height, ratio, look, says}. The same objects are the same picture. */
  show(scene) {
    Object.assign(this, scene);
    const {map, data, view, lanes, pins, width, height, ratio, look} = scene;
    const sizes = lanes.map((lane) => lane.depths.length * ROW + GAP);
    /** Down to here all stays in view: the minimap, the axis and what is pinned. */
    this.head = MAP + AXIS + lanes.reduce((sum, lane, i) => sum + (pins.includes(lane.lane) ? sizes[i] : 0), 0);
    const mapped = [map, width, ratio, look];
    if (differ(mapped, this.#mapped)) {
      this.#mapped = mapped;
      this.#paintMap(this.#pen(this.#map, MAP));
    }
    const drawn = [map, data, view.from, view.to, pins, width, height, ratio, look];
    if (differ(drawn, this.#drawn)) {
      this.#drawn = drawn;
      const pen = this.#pen(this.#body, height);
      this.hits = [];
      this.places = [];
      this.#paintAxis(pen);
      let y = MAP + AXIS;
      lanes.forEach((lane, i) => {
        this.#paintLane(pen, lane, y);
        y += sizes[i];
      });
    }
  }

  #pen(canvas, height) {
    canvas.width = Math.max(1, this.width * this.ratio);
    canvas.height = Math.max(1, height * this.ratio);
    const pen = canvas.getContext('2d');
    pen.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    return pen;
  }

  /** Lays the pictures down; what stays in view lies over what scrolls beneath it. */
  lay(pen, scrolled) {
    const {width, height, ratio, head} = this;
    pen.clearRect(0, 0, width, height);
    pen.drawImage(this.#body, 0, 0, width, height);
    pen.clearRect(0, scrolled, width, head - 2);
    if (scrolled) pen.clearRect(0, 0, width, scrolled);
    pen.drawImage(this.#map, 0, scrolled, width, MAP);
    pen.drawImage(this.#body, 0, MAP * ratio, width * ratio, (head - MAP - 2) * ratio, 0, scrolled + MAP, width, head - MAP - 2);
  }

  /** A place of the canvas as one of the picture. */
  within(y, scrolled) {
    return y - scrolled < this.head ? y - scrolled : y;
  }

  #scale() {
    const {view, width} = this;
    return (width - LABEL) / (view.to - view.from);
  }

  #paintLane(pen, lane, y) {
    const {look, width, data} = this;
    const pinned = this.pins.includes(lane.lane);
    pen.fillStyle = pinned ? look.accent : look.muted;
    pen.font = `11px ${look.sans}`;
    pen.textBaseline = 'middle';
    pen.fillText(pinned ? `◆ ${lane.lane}` : lane.lane, 8, y + ROW / 2, LABEL - 14);
    pen.fillStyle = look.line;
    pen.fillRect(0, y - 2.5, width, 1);
    const now = data.lanes.find((other) => other.lane === lane.lane);
    lane.depths.forEach((none, depth) => this.#paintItems(pen, now?.depths[depth] ?? [], y + depth * ROW));
    this.places.push({lane: lane.lane, y, height: lane.depths.length * ROW});
  }

  #paintMap(pen) {
    const {map, width, look} = this;
    const {first, last} = map;
    const scale = width / Math.max(1, last - first);
    const bins = new Float64Array(Math.ceil(width) + 1);
    const errors = new Set();
    for (const lane of map.lanes) {
      for (const items of lane.depths) {
        for (let i = 0; i < items.length; i += WIDTH) {
          const a = Math.max(0, Math.floor((items[i] - first) * scale));
          const b = Math.min(width, Math.ceil((items[i] + items[i + LENGTH] - first) * scale));
          const share = items[i + COUNT] / Math.max(1, b - a);
          for (let x = a; x < Math.max(a + 1, b); x++) bins[x] += share;
          if (items[i + ERRORS]) errors.add(a);
        }
      }
    }
    const most = bins.reduce((a, b) => Math.max(a, b), 1);
    pen.fillStyle = look.ioctl;
    pen.globalAlpha = 0.55;
    bins.forEach((n, x) => {
      if (n > 0) {
        const h = 2 + Math.log1p(n) / Math.log1p(most) * (MAP - 8);
        pen.fillRect(x, MAP - 3 - h, 1, h);
      }
    });
    pen.globalAlpha = 1;
    pen.fillStyle = look.error;
    for (const x of errors) pen.fillRect(x, 1, 1.5, 5);
  }

  #paintAxis(pen) {
    const {view: {from, to}, width, look} = this;
    const rough = (to - from) / Math.max(1, (width - LABEL) / 110);
    const power = 10 ** Math.floor(Math.log10(Math.max(1, rough)));
    const step = Math.max(1, [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough) ?? rough);
    const scale = this.#scale();
    pen.fillStyle = look.muted;
    pen.font = `10.5px ${look.own}`;
    pen.textBaseline = 'middle';
    for (let t = Math.ceil(from / step) * step; t <= to; t += step) {
      const x = LABEL + (t - from) * scale;
      pen.fillRect(x, MAP + AXIS - 5, 1, 3);
      pen.fillText(this.says(t), x + 3, MAP + AXIS / 2 - 1);
    }
  }

  #paintItems(pen, items, y) {
    const {look, width, data, view: {from}} = this;
    const scale = this.#scale();
    const byColour = new Map();
    const errors = [];
    const labels = [];
    for (let i = 0; i < items.length; i += WIDTH) {
      const start = LABEL + (items[i] - from) * scale;
      const a = Math.max(LABEL, start);
      const b = Math.min(width, start + items[i + LENGTH] * scale);
      if (b < LABEL || a > width) continue;
      const w = Math.max(1, b - a - (b - a > 3 ? 0.5 : 0));
      const [name, family] = data.calls[items[i + NAME]];
      const colour = look[format.hue(family)] ?? look.ioctl;
      if (!byColour.has(colour)) byColour.set(colour, []);
      byColour.get(colour).push(a, w, items[i + COUNT] > 1 ? 0.5 : 0.85);
      if (items[i + ERRORS]) errors.push(a, w);
      if (w > 40 && items[i + COUNT] === 1) labels.push(a, w, name);
      this.hits.push({a, b: a + Math.max(3, w), y, items, i, name});
    }
    for (const [colour, rects] of byColour) {
      pen.fillStyle = colour;
      for (let r = 0; r < rects.length; r += 3) {
        pen.globalAlpha = rects[r + 2];
        pen.fillRect(rects[r], y, rects[r + 1], ROW - 2);
      }
    }
    pen.globalAlpha = 1;
    pen.fillStyle = look.error;
    for (let e = 0; e < errors.length; e += 2) {
      pen.fillRect(errors[e], y, Math.max(2, Math.min(3, errors[e + 1])), ROW - 2);
      pen.fillRect(errors[e] - 1, y, 4, 2.5);
    }
    pen.fillStyle = look.panel;
    pen.font = `9.5px ${look.mono}`;
    for (let l = 0; l < labels.length; l += 3) pen.fillText(labels[l + 2], labels[l] + 3, y + ROW / 2 - 0.5, labels[l + 1] - 6);
  }
}
