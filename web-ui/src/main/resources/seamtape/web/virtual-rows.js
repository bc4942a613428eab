// A list of any length: only the rows in view exist, and where the list stands is an index, not a
// scroll offset, since browsers clamp an element's height at some 33 million pixels.
import {css} from 'lit';

export const virtualStyles = css`
  :host { display: block; position: relative; overflow: hidden; outline: none; }
  .view { position: absolute; inset: 0 13px 0 0; overflow: hidden; touch-action: none; contain: strict; }
  .rows { position: absolute; left: 0; right: 0; top: 0; will-change: transform; }
  .grid { outline: none; }
  .bar { position: absolute; right: 0; top: 0; bottom: 0; width: 13px; background: var(--bg); border-left: 1px solid var(--line-soft); touch-action: none; }
  .thumb { position: absolute; left: 2px; right: 2px; border-radius: 5px; background: var(--faint); opacity: .6; min-height: 24px; }
  .bar:hover .thumb, .bar.held .thumb { opacity: 1; }
  [hidden] { display: none !important; }
`;

const FLING = 0.94;

export class VirtualRows extends HTMLElement {
  #top = 0;
  #frame = 0;
  #pool = [];
  #speed = 0;
  #wish = -1;
  rowHeight = 21;
  total = 0;
  selected = -1;

  connectedCallback() {
    if (!this.shadowRoot) this.#build();
    this.resize = new ResizeObserver(() => this.draw());
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
    root.adoptedStyleSheets = this.constructor.styles.map((style) => style.styleSheet);
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

  /** How many whole rows fit. */
  get fits() {
    return Math.max(1, Math.floor(this.view.clientHeight / this.rowHeight));
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
    const last = Math.max(0, this.total - this.view.clientHeight / this.rowHeight);
    const next = Math.min(Math.max(0, index), last);
    if (next !== this.#top) {
      this.#top = next;
      this.dispatchEvent(new Event('scrolled'));
    }
    this.draw();
  }

  /** Brings a row into view; in the middle when it was far away. */
  show(index) {
    const first = this.#top;
    const fits = this.view.clientHeight / this.rowHeight;
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
    const height = this.view.clientHeight;
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
    this.#pool.forEach((row, i) => {
      row.hidden = i >= wanted;
      if (i < wanted) {
        row.dataset.index = first + i;
        this.fill(row, first + i);
      }
    });
    this.rows.style.transform = `translateY(${-(this.#top - first) * this.rowHeight}px)`;
    this.#paintBar(height);
    this.grid.setAttribute('aria-rowcount', this.total);
    if (this.selected < first || this.selected >= first + wanted) this.grid.removeAttribute('aria-activedescendant');
  }

  #paintBar(height) {
    const fits = height / this.rowHeight;
    this.bar.hidden = this.total <= fits;
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
    const unit = event.deltaMode === 1 ? this.rowHeight : event.deltaMode === 2 ? this.view.clientHeight : 1;
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
      this.dispatchEvent(new CustomEvent('pick', {detail: Number(row.dataset.index)}));
    }
  }
}
