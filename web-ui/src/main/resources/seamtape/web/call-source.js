// The rows of a recording, or of a filter on it, fetched in pages as they are looked at.
import * as api from './api.js';
import * as format from './format.js';

const PAGE = 128;
const KEPT = 64;
const AGAIN_MILLIS = 60;

export class CallSource extends EventTarget {
  #pages = new Map();
  #loading = new Map();
  #closed = false;
  #searching = false;
  #again = false;
  #asked = 0;
  #told = 0;
  total = 0;
  complete = false;
  settled = false;
  scanned = 0;
  fault = null;

  /** {@code dim} keeps all rows and tells which pass; {@code calls} is how many there are. */
  constructor(id, filter, dim = false, rules = [], calls = 0) {
    super();
    this.rules = rules;
    this.id = id;
    this.filter = filter;
    this.dim = dim && filter !== '';
    if (!filter || this.dim) this.total = calls;
  }

  /** False for a row that is shown though it does not pass. */
  passes(index) {
    const page = this.#pages.get(Math.floor(index / PAGE));
    return !this.dim || (page?.marks?.[index % PAGE] ?? true);
  }

  /** Which colour rule a row passes; -1 for none. */
  rule(index) {
    return this.#pages.get(Math.floor(index / PAGE))?.rules?.[index % PAGE] ?? -1;
  }

  /** The recording has grown: what was the end is not any more, and what was in flight may have returned. */
  grow(total) {
    for (const page of this.#pages.values()) {
      if (page.fault) continue;
      if (page.rows.length < PAGE) page.whole = false;
      if (page.rows.some((row) => row?.[format.RETURN] === 0)) page.early = true;
    }
    if (!this.filter) this.total = Math.max(this.total, total);
    else this.search();
    this.dispatchEvent(new Event('change'));
  }

  close() {
    this.#closed = true;
    for (const request of this.#loading.values()) request.abort();
  }

  /** A row; undefined while it is loading, a Problem when it cannot be read. */
  row(index) {
    const page = this.#pages.get(Math.floor(index / PAGE));
    if (!page) return undefined;
    if (page.fault) return page.fault;
    return page.rows[index % PAGE] ?? (page.whole ? new api.Problem(422, {detail: 'this call cannot be read'}) : undefined);
  }

  /** Sees to it that rows are there or on their way, and drops the requests nobody waits for. */
  need(first, count) {
    const from = Math.floor(first / PAGE);
    const to = Math.floor((first + Math.max(0, count - 1)) / PAGE);
    for (const [page, request] of this.#loading) {
      const searched = page === 0 && this.#searching;
      if ((page < from - 1 || page > to + 1) && !searched) {
        request.abort();
        this.#loading.delete(page);
      }
    }
    for (let page = from; page <= to; page++) this.#want(page);
    if ((first % PAGE) > PAGE / 2 && (to + 1) * PAGE < this.total) this.#want(to + 1);
  }

  #want(page) {
    const known = this.#pages.get(page);
    if (known) {
      this.#pages.delete(page);
      this.#pages.set(page, known);
      const grown = !known.fault && known.rows.length < Math.min(PAGE, this.total - page * PAGE);
      const later = this.settled && known.early;
      if (!(grown && !known.whole) && !later) return;
    }
    if (!this.#loading.has(page)) this.#load(page, true);
  }

  /** {@code later}: not within the frame that is being drawn. */
  async #load(page, later = false) {
    this.#loading.get(page)?.abort();
    const request = new AbortController();
    this.#loading.set(page, request);
    const asked = this.stamp();
    try {
      if (later) await api.pause(0);
      const answer = await api.calls(this.id, page * PAGE, PAGE, this.filter, request.signal, this.dim, this.rules);
      this.#take(page, answer, asked);
    } catch (e) {
      if (e.name === 'AbortError') return;
      if (e instanceof api.Problem && e.status === 422) {
        this.#keep(page, {fault: e, asked});
        this.damaged = true;
        if (!this.filter || this.dim) this.complete = true;
      } else this.fault = e;
    } finally {
      if (this.#loading.get(page) === request) this.#loading.delete(page);
    }
    this.dispatchEvent(new Event('change'));
  }

  /** The part of a question that says which rows these are. */
  get asked() {
    return {filter: this.filter, mode: this.dim ? 'dim' : '', rule: this.rules, rows: PAGE};
  }

  /** Of a question that is about to be asked: answers may come in another order. */
  stamp() {
    return ++this.#asked;
  }

  /** Rows that came with the place of one of them. */
  bring(index, answer, asked) {
    if (this.#closed) return;
    const page = Math.floor(index / PAGE);
    this.#loading.get(page)?.abort();
    this.#loading.delete(page);
    this.#take(page, answer, asked);
    this.dispatchEvent(new Event('change'));
  }

  /** How far the server is tells the answer to the latest question. */
  #take(page, answer, asked) {
    this.fault = null;
    this.total = Math.max(this.total, answer.total);
    if (answer.rows.some((row) => row === null)) this.damaged = true;
    const whole = answer.complete || answer.rows.length === PAGE;
    if (!(this.#pages.get(page)?.asked > asked)) {
      this.#keep(page, {rows: answer.rows, marks: answer.marks, rules: answer.rules, whole, early: !answer.settled || (this.dim && !answer.marked), asked});
    }
    if (asked < this.#told) return;
    this.#told = asked;
    this.complete = answer.complete;
    this.settled = answer.settled;
    this.scanned = answer.scanned ?? 0;
    this.matched = answer.matched;
    this.marked = answer.marked ?? true;
  }

  #keep(page, content) {
    this.#pages.set(page, content);
    if (this.#pages.size > KEPT) this.#pages.delete(this.#pages.keys().next().value);
  }

  /**
   * Looks for more matches until all are found; the first page comes with it. Its request is not dropped when the list shows
   * another place: it would never be answered while rows there come and go.
   */
  async search() {
    this.#again = true;
    if (this.#searching) return;
    this.#searching = true;
    while (this.#again && !this.#closed) {
      this.#again = false;
      await this.#load(0);
      if (this.fault || (this.complete && this.marked !== false)) continue;
      this.#again = true;
      await api.pause(AGAIN_MILLIS);
    }
    this.#searching = false;
  }
}
