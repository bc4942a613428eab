package seamtape.web;

/** What runs in the page while {@link BrowserBudgetTest} measures it. */
final class BudgetScripts {
  private BudgetScripts() {}

  /** Tells when rows were in a frame, when something was painted, when the list had taken over. */
  static final String WATCH =
      """
      (() => {
        const full = (list) => {
          const rows = [...list?.shadowRoot?.querySelectorAll('.row') ?? []].filter((row) => !row.hidden);
          return rows.length > 3 && rows.every((row) => row.querySelector('.event').textContent);
        };
        const first = () => document.getElementById('first')?.shadowRoot.querySelector('.list');
        const list = () => document.querySelector('explorer-page')?.shadowRoot?.querySelector('call-list');
        let rows = 0;
        const afterFrame = (then) => {
          const channel = new MessageChannel();
          channel.port1.onmessage = then;
          channel.port2.postMessage(0);
        };
        const look = () => {
          const usable = full(list());
          if (!rows && (usable || full(first()))) afterFrame(() => { rows ||= performance.now(); });
          if (usable && !document.getElementById('first')) afterFrame(() => tell(performance.now()));
          else requestAnimationFrame(look);
        };
        const tell = (usable) => setTimeout(() => {
          const painted = performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0;
          console.log(`rows ${rows} ${painted} ${usable}`);
        }, 300);
        if (location.pathname.startsWith('/r/')) requestAnimationFrame(look);
      })();
      """;

  static final String PAGE =
      """
      () => {
        const id = 'big';
        const pause = (ms) => new Promise((done) => setTimeout(done, ms));
        const frame = () => new Promise(requestAnimationFrame);
        const get = async (path) => (await fetch('/api/v1/' + path)).json();
        const whole = async (path) => {
          for (;;) {
            const answer = await get(path);
            if (answer.complete) return answer;
            await pause(60);
          }
        };
        const explorer = document.querySelector('explorer-page');
        const rows = () => [...(explorer.shadowRoot.querySelector('call-list')?.shadowRoot.querySelectorAll('.row') ?? [])]
          .filter((row) => !row.hidden);
        const text = (row, part) => row.querySelector(part)?.textContent ?? '';
        const filled = () => rows().length > 3 && rows().every((row) => text(row, '.event'));
        const until = async (done) => {
          const end = performance.now() + 30_000;
          while (!done()) {
            if (performance.now() > end) return; // far over every budget, and told as such
            await frame();
          }
        };
        const timed = async (work) => {
          const start = performance.now();
          await work();
          return performance.now() - start;
        };
        Object.assign(window, {
          async summary() {
            do { window.recording = await get(`recordings/${id}`); await pause(200); } while (!window.recording.summary);
          },
          async indexed(event) {
            await whole(`recordings/${id}/state/history?path=vms/vm0/type&direction=back&limit=1&from=${event}`);
          },
          jump(event) {
            return timed(async () => {
              explorer.jump(event);
              await until(() => filled() && rows().some((row) => row.classList.contains('selected')
                && Number(text(row, '.event').replaceAll(',', '')) === explorer.selected && Math.abs(event - explorer.selected) < 40));
            });
          },
          async scroll(count) {
            const list = explorer.shadowRoot.querySelector('call-list');
            const frames = [];
            let last = await frame();
            for (let i = 0; i < count; i++) {
              const channel = new MessageChannel();
              let begin = 0;
              requestAnimationFrame(() => { begin = performance.now(); });
              const start = performance.now();
              list.dispatchEvent(new WheelEvent('wheel', {deltaY: 63 + i % 7 * 40, cancelable: true, bubbles: true}));
              const handled = performance.now() - start;
              // The list has asked for its frame before.
              const now = await new Promise((done) => requestAnimationFrame((time) => {
                list.rows.getBoundingClientRect(); // style and layout, which the frame would do now
                const laid = handled + performance.now() - begin;
                channel.port1.onmessage = () => { frames.push([time - last, laid, handled + performance.now() - begin]); done(time); };
                channel.port2.postMessage(0);
              }));
              last = now;
            }
            return frames;
          },
          async firstHits(filter) {
            await explorer.applyFilter('');
            return timed(async () => {
              explorer.applyFilter(filter);
              await until(() => explorer.source.filter === filter && explorer.source.row(0) && rows().length > 0 && text(rows()[0], '.event'));
            });
          },
          tile([from, width]) {
            const last = window.recording.summary.lastTime;
            return timed(() => whole(`recordings/${id}/timeline?bins=1024&from=${Math.floor(from * last)}&to=${Math.ceil((from + width) * last)}`));
          },
          stateAt(event) {
            return timed(() => whole(`recordings/${id}/state?when=after&event=${event}`));
          },
          lastChange(path) {
            const from = Math.floor(window.recording.events * 0.93);
            return timed(() => whole(`recordings/${id}/state/history?path=${path}&direction=back&limit=1&from=${from}`));
          },
          follow(live) {
            window.stream = new EventSource(`/api/v1/recordings/${live}/live`);
            window.heads = [];
            stream.addEventListener('head', (e) => window.heads.push([JSON.parse(e.data).events, Date.now()]));
          },
          unfollow() { window.stream.close(); },
          async headAt(events) {
            for (;;) {
              const seen = window.heads.find((head) => head[0] >= events);
              if (seen) return seen[1];
              await pause(5);
            }
          },
        });
      }
      """;
}
