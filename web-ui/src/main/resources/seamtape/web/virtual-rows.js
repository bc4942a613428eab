// A list of any length: only the rows in view exist, and where the list stands is an index, not a
// scroll offset, since browsers clamp an element's height at some 33 million pixels.
import {ROWS} from './look.js';

export const virtualStyles = ROWS;

const FLING = 0.94;
/** Rows from the one that the others are placed by: far enough to be rare, near enough for whole pixels. */
const FAR = 10_000;
const STILL_MILLIS = 150;

export class VirtualRows extends HTMLElement {
  #top = 0;
  #frame = 0;
  #pool = [];
  #speed = 0;
  #wish = -1;
  #height = 0;
  #base = 0;
  #still = 0;
  rowHeight = 21;
  total = 0;
  selected = -1;

  connectedCallback() {
    if (!this.shadowRoot) this.#build();
    this.resize = new ResizeObserver(([entry]) => {
      this.#height = entry.contentRect.height;
      this.draw();
    });
    this.resize.observe(this.view);
  }

  disconnectedCallback() {
    this.resize.disconnect();
  }

  #build() {
    const root = this.attachShadow({mode: 'open', delegatesFocus: true});
    // The grid is within, so that the row it names as active is in the same tree.
    this.grid = document.createElement('div');
    this.grid.className = 'grid';
    this.grid.tabIndex = 0;
    this.grid.setAttribute('role', 'grid');
    root.adoptedStyleSheets = this.constructor.styles.map((style) => style.styleSheet ?? style);
    this.view = document.createElement('div');
    this.view.className = 'view';
    this.rows = document.createElement('div');
    this.rows.className = 'rows';
    this.rows.setAttribute('role', 'rowgroup');
    this.view.append(this.rows);
    this.bar = document.createElement('div');
    this.bar.className = 'bar';
    this.thumb = document.createElement('div');
    this.thumb.className = 'thumb';
    this.bar.append(this.thumb);
    this.grid.append(...this.head(), this.view);
    root.append(this.grid, this.bar);
    this.rows.id = 'rows';
    this.bar.setAttribute('aria-hidden', 'true');
    this.addEventListener('wheel', (e) => this.#wheel(e), {passive: false});
    this.view.addEventListener('pointerdown', (e) => this.#touch(e));
    this.rows.addEventListener('click', (e) => this.#click(e));
    this.bar.addEventListener('pointerdown', (e) => this.#hold(e));
  }

  /** Elements above the rows; for subclasses. */
  head() {
    return [];
  }

  /** Of the rows in view, as it was laid out: to ask for it costs a layout. */
  get height() {
    return this.#height || this.view.clientHeight;
  }

  /** How many whole rows fit. */
  get fits() {
    return Math.max(1, Math.floor(this.height / this.rowHeight));
  }

  get top() {
    return this.#top;
  }

  set top(index) {
    this.#wish = -1;
    this.#moveTo(index);
  }

  /** Stands at a row as soon as the list is known to be long enough; a move of the reader's ends the wait. */
  restore(index) {
    this.#moveTo(index);
    if (this.#top < index) this.#wish = index;
  }

  #moveTo(index) {
    const next = index > 0 ? Math.min(index, Math.max(0, this.total - this.height / this.rowHeight)) : 0;
    if (next !== this.#top) {
      this.#top = next;
      this.dispatchEvent(new Event('scrolled'));
    }
    this.draw();
  }

  /** Brings a row into view; in the middle when it was far away. */
  show(index) {
    const first = this.#top;
    const fits = this.height / this.rowHeight;
    if (index < first - fits || index > first + 2 * fits) this.top = index - Math.floor(fits / 3);
    else if (index < first) this.top = index;
    else if (index > first + fits - 1) this.top = index - fits + 1;
    else this.draw();
  }

  draw() {
    if (!this.#frame) this.#frame = requestAnimationFrame(() => this.#paint());
  }

  #paint() {
    this.#frame = 0;
    const {height} = this;
    const last = Math.max(0, this.total - height / this.rowHeight);
    if (this.#wish >= 0) this.#top = this.#wish;
    if (this.#top > last) this.#top = last;
    else this.#wish = -1;
    const first = Math.floor(this.#top);
    const wanted = Math.min(this.total - first, Math.ceil(height / this.rowHeight) + 1);
    this.needs(first, wanted);
    while (this.#pool.length < wanted) {
      const row = this.make();
      row.style.height = `${this.rowHeight}px`;
      this.#pool.push(row);
      this.rows.append(row);
    }
    this.#place(first, wanted);
    this.rows.style.transform = `translateY(${-(this.#top - this.#base) * this.rowHeight}px)`;
    this.#paintBar(height);
    if (this.told !== this.total) this.grid.setAttribute('aria-rowcount', this.told = this.total);
    if (this.selected < first || this.selected >= first + wanted) this.grid.removeAttribute('aria-activedescendant');
  }

  /** A row that stays in view stays as it is: those that left take the places of those that come. */
  #place(first, wanted) {
    const pool = this.#pool;
    if (Math.abs(first - this.#base) > FAR) this.#base = first;
    for (let i = 0; i < pool.length; i++) {
      const index = first + i;
      const row = pool[index % pool.length];
      if (row.hidden !== i >= wanted) row.hidden = i >= wanted;
      if (i >= wanted) continue;
      const at = (index - this.#base) * this.rowHeight;
      if (row.at !== at) row.style.top = `${row.at = at}px`;
      row.index = index;
      this.fill(row, index);
    }
    clearTimeout(this.#still);
    this.#still = setTimeout(() => this.#order(), STILL_MILLIS);
  }

  /** Who has the rows read aloud hears them in the order in which they stand. */
  #order() {
    const ordered = this.#pool.toSorted((a, b) => a.index - b.index);
    if (ordered.some((row, i) => row !== this.rows.children[i])) this.rows.append(...ordered);
  }

  #paintBar(height) {
    const fits = height / this.rowHeight;
    if (this.bar.hidden !== this.total <= fits) this.bar.hidden = this.total <= fits;
    const size = Math.max(24, height * fits / Math.max(fits, this.total));
    const last = Math.max(1, this.total - fits);
    this.thumb.style.height = `${size}px`;
    this.thumb.style.transform = `translateY(${(height - size) * Math.min(1, this.#top / last)}px)`;
  }

  /** Draws again with the same rows: their content has changed. */
  refill() {
    this.#pool.forEach((row) => { row.shown = undefined; });
    this.draw();
  }

  #wheel(event) {
    if (event.ctrlKey) return;
    event.preventDefault();
    const unit = event.deltaMode === 1 ? this.rowHeight : event.deltaMode === 2 ? this.height : 1;
    this.#speed = 0;
    this.top = this.#top + event.deltaY * unit / this.rowHeight;
  }

  #touch(down) {
    if (down.pointerType !== 'touch') return;
    let y = down.clientY;
    this.#speed = 0;
    const move = (e) => {
      this.#speed = (y - e.clientY) / this.rowHeight;
      this.top = this.#top + this.#speed;
      y = e.clientY;
    };
    const up = () => {
      this.view.removeEventListener('pointermove', move);
      this.#fling();
    };
    this.view.setPointerCapture(down.pointerId);
    this.view.addEventListener('pointermove', move);
    this.view.addEventListener('pointerup', up, {once: true});
  }

  #fling() {
    if (Math.abs(this.#speed) < 0.02) return;
    this.top = this.#top + this.#speed;
    this.#speed *= FLING;
    requestAnimationFrame(() => this.#fling());
  }

  #hold(down) {
    down.preventDefault();
    const box = this.bar.getBoundingClientRect();
    const size = this.thumb.offsetHeight;
    const thumbTop = this.thumb.getBoundingClientRect().top;
    const inThumb = down.clientY >= thumbTop && down.clientY <= thumbTop + size;
    const grip = inThumb ? down.clientY - thumbTop : size / 2;
    const last = this.total - box.height / this.rowHeight;
    const to = (e) => {
      this.top = (e.clientY - grip - box.top) / Math.max(1, box.height - size) * last;
    };
    this.bar.setPointerCapture(down.pointerId);
    this.bar.classList.add('held');
    to(down);
    this.bar.addEventListener('pointermove', to);
    this.bar.addEventListener('pointerup', () => {
      this.bar.classList.remove('held');
      this.bar.removeEventListener('pointermove', to);
    }, {once: true});
  }

  #click(event) {
    const row = event.target.closest('.row');
    if (row) {
      this.dispatchEvent(new CustomEvent('pick', {detail: row.index}));
    }
  }
}
